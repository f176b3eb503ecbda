"""Reports as input: the last run of this folder, and JSON reports the user names.

Depends on: the models, files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from asgitest.conformance.errors import UsageError
from asgitest.conformance.files import read_text, write_atomically
from asgitest.conformance.model import SCHEMA_VERSION, Run

if TYPE_CHECKING:
    from asgitest.conformance.model import Finding

__all__ = ["LAST_RUN", "choose_finding", "read_run", "save_last_run"]

LAST_RUN = Path(".asgitest") / "last-run.json"


def save_last_run(run: Run, *, directory: Path) -> None:
    """Keep a redacted run for ``asgitest replay``, in a folder that git ignores."""
    folder = directory / LAST_RUN.parent
    write_atomically(directory / LAST_RUN, run.model_dump_json(indent=1) + "\n")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_atomically(ignore, "*\n")


def read_run(path: Path | None) -> Run:
    """Read a JSON report.

    Args:
        path: Which; None is the last run in the working directory.

    Raises:
        UsageError: If it is not there, or is not a report of ours.
    """
    hint = "Run asgitest check first." if path is None else ""
    where = path or LAST_RUN
    text = read_text(where, what="report", hint=hint)
    try:
        run = Run.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise UsageError(f"{str(where)!r} is not a JSON report: at {place}, {first['msg'].lower()}.") from None
    if run.schema_version > SCHEMA_VERSION:
        raise UsageError(f"{str(where)!r} was written by a newer asgitest (schema {run.schema_version}).")
    return run


def choose_finding(run: Run, prefix: str) -> Finding:
    """Find a finding by the beginning of its fingerprint.

    Raises:
        UsageError: If none or more than one begins so.
    """
    matches = [finding for finding in run.findings if finding.fingerprint.startswith(prefix.lower())]
    if len(matches) == 1:
        return matches[0]
    ids = ", ".join(finding.id for finding in (matches or run.findings)[:6])
    if matches:
        raise UsageError(f"{len(matches)} findings begin with {prefix!r}: {ids}.")
    raise UsageError(f"There is no finding {prefix!r} in the report.", hint=f"It has {ids}." if ids else "It is empty.")
