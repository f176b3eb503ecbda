"""Executes the snippet of a finding in a process of its own, and tells whether it fails again.

The process imports the app from where the run did. It is ended after a while, so that an app that hangs or ends its own
process costs one replay.

Depends on: the models, redaction.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from asgitest.conformance.redact import restored_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.conformance.model import Finding, Reproduction
    from asgitest.conformance.options import Identity

__all__ = ["Replay", "replay_snippet"]

Outcome = Literal["still there", "gone", "cannot run", "no snippet"]

# The line of a traceback that names the exception; notes may follow it.
_RAISED = re.compile(r"(?:\w+\.)*[A-Z]\w*(?::|$)")
_CANNOT_RUN = 70
_FAILED = 71
# Imports are executed apart from the rest: when they fail, nothing is known about the fault.
_RUNNER = f"""
import json, sys, traceback
source = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
head, blank, body = source.partition("\\n\\n")
logins, app_source = json.loads(sys.argv[1])
names = {{"__name__": "__main__"}}
def log_in(body):
    from importlib import import_module
    from asgitest.conformance.options import Identity
    from asgitest.conformance.redact import restored_text
    from asgitest.testclient import TestClient
    for name, login in logins:
        if f"[redacted {{name}}]" in body:
            module, _, attribute = login.partition(":")
            with TestClient(eval(app_source, names)) as client:
                headers = getattr(import_module(module), attribute)(client)
            body = restored_text(body, [Identity(name=name, headers=dict(headers))])
    return body
def end(code):
    traceback.print_exc()
    sys.stderr.flush()
    sys.exit(code)
try:
    exec(compile(head, "<reproduction>", "exec"), names)
except BaseException:
    end({_CANNOT_RUN})
try:
    body = log_in(body)
except BaseException:
    end({_CANNOT_RUN})
try:
    exec(compile("\\n" * (head.count("\\n") + 2) + body, "<reproduction>", "exec"), names)
except BaseException:
    end({_FAILED})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What became of a finding.

    Args:
        outcome: Whether the fault is still there.
        reason: How the snippet failed, or why it could not run; one line.
        output: All it wrote to standard error.
    """

    outcome: Outcome
    reason: str = ""
    output: str = ""


def replay_snippet(finding: Finding, *, identities: Sequence[Identity] = (), timeout: float = 60.0) -> Replay:
    """Execute the snippet of a finding.

    Args:
        finding: With its reproduction.
        identities: Whose secrets are put back where the report hides them.
        timeout: Seconds after which the process is ended; a fault that hangs is still there then.
    """
    reproduction = finding.reproduction
    if reproduction is None or not reproduction.python:
        return Replay(outcome="no snippet", reason="nothing has to be sent to see it")
    source = restored_text(reproduction.python, [one for one in identities if not one.login])
    logins = [(identity.name, identity.login) for identity in identities if identity.login]
    folder = Path(reproduction.scenario.app_dir if reproduction.scenario else ".").resolve()
    path = os.pathsep.join(part for part in (str(folder), os.environ.get("PYTHONPATH", "")) if part)
    try:
        process = subprocess.run(  # noqa: S603  our own interpreter, and a program of ours
            [sys.executable, "-c", _RUNNER, json.dumps([logins, _app_source(reproduction)])],
            input=source.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=timeout,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        output = (expired.stderr or b"").decode("utf-8", "replace")
        return Replay(outcome="still there", reason=f"it did not end within {timeout:g} s", output=output)
    return _told(process.returncode, process.stderr.decode("utf-8", "replace"))


def _app_source(reproduction: Reproduction) -> str:
    """How the snippet calls the app."""
    scenario = reproduction.scenario
    name = (scenario.target.partition(":")[2] if scenario else "") or "app"
    return f"{name}()" if scenario is not None and scenario.factory else name


def _told(code: int, output: str) -> Replay:
    """Tell from the exit code what happened."""
    lines = [line for line in output.splitlines() if _RAISED.match(line)]
    last = lines[-1] if lines else ""
    if code == 0:
        return Replay(outcome="gone", output=output)
    if code == _CANNOT_RUN:
        return Replay(outcome="cannot run", reason=last, output=output)
    if code == _FAILED:
        return Replay(outcome="still there", reason=last, output=output)
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return Replay(outcome="still there", reason=f"the app ended its process: {ended}", output=output)
