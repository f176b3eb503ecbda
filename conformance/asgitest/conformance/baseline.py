"""Known findings: a file of fingerprints that do not fail a run, each with a note and, if wanted, a last day.

An entry whose last day is over fails the run again. An entry whose fault was looked for and not found is reported as
fixed, and ``--update-baseline`` drops it.

Depends on: the models and the errors.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from asgitest.conformance.errors import UsageError
from asgitest.conformance.files import read_text, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.model import Finding, Run

__all__ = ["Baseline", "Entry", "apply_baseline", "read_baseline", "updated", "write_baseline"]


class Entry(BaseModel):
    """One known fault.

    Args:
        fingerprint: Which.
        check: Id of the check, for the reader.
        subject: The operation, for the reader.
        title: What is wrong, for the reader.
        note: Why it may stay; written by people and kept by updates.
        expires: The last day it may stay; None is for ever.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    check: str
    subject: str = ""
    title: str = ""
    note: str = ""
    expires: date | None = None


class Baseline(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    entries: tuple[Entry, ...] = ()


def read_baseline(path: Path, *, missing_ok: bool = False) -> Baseline:
    """Read the file.

    Args:
        path: Where it is.
        missing_ok: Whether a missing file is an empty baseline (when it is about to be written).

    Raises:
        UsageError: If it is not there, or is not a baseline.
    """
    if missing_ok and not path.exists():
        return Baseline()
    text = read_text(path, what="baseline", hint="Write it with --update-baseline.")
    try:
        return Baseline.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise UsageError(f"{path} is not a baseline: at {place}, {first['msg'].lower()}.") from None


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file, sorted, so that a changed baseline reads well in review."""
    ordered = sorted(baseline.entries, key=lambda entry: (entry.check, entry.subject, entry.fingerprint))
    write_atomically(path, Baseline(entries=tuple(ordered)).model_dump_json(indent=2, exclude_none=True) + "\n")


def apply_baseline(run: Run, baseline: Baseline, *, today: date) -> tuple[Run, tuple[Entry, ...]]:
    """Mark the findings a baseline knows.

    Args:
        run: What was found.
        baseline: What is known.
        today: Entries whose last day is before it are expired.

    Returns:
        The run with ``known`` and ``expired`` findings marked, and the entries that are fixed.
    """
    known = {entry.fingerprint: entry for entry in baseline.entries}

    def marked(finding: Finding) -> Finding:
        entry = known.get(finding.fingerprint)
        if entry is None:
            return finding
        expired = entry.expires is not None and entry.expires < today
        return finding.model_copy(update={"status": "expired" if expired else "known"})

    findings = tuple(marked(finding) for finding in run.findings)
    seen = {finding.fingerprint for finding in run.findings}
    fixed = tuple(entry for entry in baseline.entries if entry.fingerprint not in seen and _looked_for(entry, run))
    return run.model_copy(update={"findings": findings}), fixed


def updated(baseline: Baseline, run: Run, *, today: date, days: int | None = None) -> Baseline:
    """Make the baseline that knows everything a run found.

    Notes and last days of entries that stay are kept; entries that are fixed are dropped; entries the run did not look
    for stay. Expired entries get a new last day.

    Args:
        baseline: The one to update.
        run: What was found.
        today: Where new entries' days are counted from.
        days: How long new entries may stay; None is for ever.
    """
    until = None if days is None else today + timedelta(days=days)
    old = {entry.fingerprint: entry for entry in baseline.entries}
    seen = {finding.fingerprint for finding in run.findings}
    kept = {
        key: entry
        for key, entry in old.items()
        if (key in seen and not _expired(entry, today)) or (key not in seen and not _looked_for(entry, run))
    }
    for finding in run.findings:
        if finding.fingerprint in kept or finding.flaky or finding.severity == "info":
            continue
        before = old.get(finding.fingerprint)
        kept[finding.fingerprint] = Entry(
            fingerprint=finding.fingerprint,
            check=finding.check,
            subject=finding.operation,
            title=finding.title,
            note=before.note if before else "",
            expires=until,
        )
    return Baseline(entries=tuple(kept.values()))


def _expired(entry: Entry, today: date) -> bool:
    return entry.expires is not None and entry.expires < today


def _looked_for(entry: Entry, run: Run) -> bool:
    """Tell whether the run would have seen the fault: it is whole, and check and subject were in it."""
    checked = not run.checks or entry.check in run.checks
    reached = not entry.subject or not run.subjects or entry.subject in run.subjects
    return checked and reached and not run.interrupted
