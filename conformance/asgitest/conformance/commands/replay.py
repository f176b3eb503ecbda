"""``asgitest replay``: is a finding of the last run still there?

Exit codes: 0 when all are gone, 1 when one is still there, 2 when one cannot be run.

Depends on: reports as input, replaying, the configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.commands.static import find_static
from asgitest.conformance.config import identities_of, load
from asgitest.conformance.errors import UsageError
from asgitest.conformance.last_run import choose_finding, read_run
from asgitest.conformance.output import say
from asgitest.conformance.replaying import Replay, replay_snippet
from asgitest.conformance.reports.blocks import block_lines, plain_text
from asgitest.conformance.reports.grouping import Group
from asgitest.conformance.reports.text import clip, one_line
from asgitest.conformance.verdict import ExitCode, fails

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from asgitest.conformance.model import Finding, Run
    from asgitest.conformance.options import Identity

__all__ = ["run"]

_LONGEST = 160
_TAIL = 12


def run(arguments: argparse.Namespace) -> int:
    """Repeat one finding, or all of a report."""
    report = read_run(Path(arguments.source) if arguments.source else None)
    chosen = [choose_finding(report, arguments.id)] if arguments.id else list(report.findings)
    if not chosen:
        raise UsageError("There is nothing to replay: the report has no findings.")
    if arguments.show:
        for finding in chosen:
            say(*_shown(finding))
        return ExitCode.CLEAN
    config = load(config_file=Path(arguments.config) if arguments.config else None)
    code = ExitCode.CLEAN
    for finding in chosen:
        replay = _replay(finding, report, identities_of(config))
        say(*_told(finding, replay, in_full=arguments.id is not None))
        code = max(code, _code(replay))
    return code


def _replay(finding: Finding, report: Run, identities: Sequence[Identity]) -> Replay:
    replay = replay_snippet(finding, identities=identities)
    if replay.outcome != "no snippet":
        return replay
    return find_static(finding, report)


def _code(replay: Replay) -> ExitCode:
    if replay.outcome == "still there":
        return ExitCode.FINDINGS
    return ExitCode.USAGE if replay.outcome == "cannot run" else ExitCode.CLEAN


def _shown(finding: Finding) -> list[str]:
    """Write the snippets of a finding."""
    lines = [f"# {finding.id} {finding.check} at {one_line(finding.operation)}"]
    again = finding.reproduction
    if again is None:
        return [*lines, "# nothing has to be sent to see it: asgitest check --select " + finding.check, ""]
    if again.curl:
        lines += [f"# {line}" for line in again.curl.splitlines()]
    return [*lines, again.python]


def _told(finding: Finding, replay: Replay, *, in_full: bool) -> list[str]:
    """Write what became of a finding: in one line, or with all that is known."""
    reason = f"  ({clip(one_line(replay.reason), _LONGEST)})" if replay.reason else ""
    line = f"{finding.id}  {replay.outcome:<11}  {finding.check}  {one_line(finding.operation)}{reason}"
    if not in_full:
        return [line]
    group = Group(findings=(finding,), failing=fails(finding, "info"))
    lines = [*plain_text(block_lines(group)).splitlines(), ""]
    if finding.reproduction is not None:
        lines += [*finding.reproduction.python.splitlines(), ""]
    lines += [f"    {one_line(text)}" for text in replay.output.splitlines()[-_TAIL:]]
    return [*lines, line]
