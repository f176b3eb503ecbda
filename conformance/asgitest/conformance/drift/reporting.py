"""From changes to findings, so that a comparison is reported like any other run.

Depends on: changes, the catalogue, the models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.fingerprint import fingerprint
from asgitest.conformance.model import Evidence, Finding, Location, SpecReference

if TYPE_CHECKING:
    from asgitest.conformance.drift.change import Change
    from asgitest.conformance.operation import Handler
    from asgitest.conformance.selection import Selection

__all__ = ["finding_of_change"]


def finding_of_change(change: Change, selection: Selection, *, handler: Handler | None = None) -> Finding | None:
    """Build the finding of a change.

    Args:
        change: What changed.
        selection: What the options choose.
        handler: Where the code of the operation stands now.

    Returns:
        None when the check is not selected.
    """
    if not selection.check(change.check, change.operation):
        return None
    check = CHECKS[change.check]
    place = " ".join(change.where.split())
    return Finding(
        check=check.id,
        operation=change.operation,
        severity=selection.severity(check.id, check.severity, change.operation),
        confidence=check.confidence,
        origin="schema",
        title=f"{check.title}: {place}" if place else check.title,
        message=check.meaning,
        expected=change.before and f"as before: {change.before}",
        actual=change.after,
        fingerprint=fingerprint(check.id, change.operation, place, change.before, change.after),
        location=Location(file=handler.file, line=max(1, handler.line), qualname=handler.qualname) if handler else None,
        spec=tuple(SpecReference(document=s.document, section=s.section, url=s.url) for s in check.spec),
        evidence=(Evidence(kind="schema", title=place or change.operation),),
        subjects=(change.operation,),
    )
