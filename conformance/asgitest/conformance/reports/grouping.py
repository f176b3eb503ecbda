"""Findings in the order and the groups people read them in.

Findings of one check are one group, shown once in full and then by their subjects, unless they carry exceptions: each
exception is a cause of its own. A trait of a framework is one group however many checks saw it.

Depends on: the models, the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgitest.conformance.fingerprint import innermost_app_frame
from asgitest.conformance.model import Location
from asgitest.conformance.verdict import fails, sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.conformance.catalogue.check import Severity
    from asgitest.conformance.model import Finding, Run

__all__ = ["Group", "Tally", "group_findings", "place_of", "subjects_of", "tally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one cause, the first of them the most telling.

    Args:
        findings: At least one, sorted.
        failing: Whether one of them fails the run.
    """

    findings: tuple[Finding, ...]
    failing: bool

    @property
    def first(self) -> Finding:
        """The finding that is shown in full."""
        return self.findings[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many findings of each kind there are: new and expired by severity, then the others."""

    errors: int
    warnings: int
    infos: int
    known: int
    flaky: int


def subjects_of(finding: Finding) -> tuple[str, ...]:
    """List all subjects of a finding, the one it was first seen at first."""
    return tuple(dict.fromkeys((finding.operation, *finding.subjects)))


def group_findings(findings: Iterable[Finding], *, fail_on: Severity = "error") -> tuple[Group, ...]:
    """Sort findings and put those of one cause together."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(findings, key=sort_key):
        groups.setdefault(_cause(finding), []).append(finding)
    return tuple(
        Group(findings=tuple(members), failing=any(fails(finding, fail_on) for finding in members))
        for members in groups.values()
    )


def _cause(finding: Finding) -> tuple[str, ...]:
    if finding.quirk is not None:
        return ("quirk", finding.quirk)
    if finding.exception is not None:
        frame = innermost_app_frame(finding.exception)
        if frame is None or not frame.app:
            return ("exception", finding.fingerprint)
        # One line of the app is one cause, whatever it raises and whichever check saw it.
        return ("line", frame.file, frame.qualname, frame.source, finding.status, str(finding.flaky))
    return ("check", finding.check, finding.severity, finding.status, str(finding.flaky))


def place_of(finding: Finding) -> Location | None:
    """Find the source line to annotate: the handler's, else the app's frame that raised."""
    if finding.location is not None or finding.exception is None:
        return finding.location
    frame = innermost_app_frame(finding.exception)
    return Location(file=frame.file, line=frame.line, qualname=frame.qualname) if frame and frame.app else None


def tally(run: Run) -> Tally:
    """Count the findings of a run."""
    counted = [f for f in run.findings if f.status in {"new", "expired"} and not f.flaky]
    return Tally(
        errors=sum(f.severity == "error" for f in counted),
        warnings=sum(f.severity == "warning" for f in counted),
        infos=sum(f.severity == "info" for f in counted),
        known=sum(f.status == "known" for f in run.findings),
        flaky=sum(f.flaky for f in run.findings),
    )
