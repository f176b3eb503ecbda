"""Which findings fail a run, and with which exit code the command ends.

Depends on: the models and the words of the catalogue.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue.check import CONFIDENCES, SEVERITIES

if TYPE_CHECKING:
    from asgitest.conformance.catalogue.check import Severity
    from asgitest.conformance.model import Finding, Run

__all__ = ["ExitCode", "exit_code", "fails", "sort_key"]


class ExitCode(IntEnum):
    """What the command ends with."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INTERNAL = 3
    INTERRUPTED = 130


def fails(finding: Finding, fail_on: Severity) -> bool:
    """Tell whether a finding fails the run.

    It must be severe enough, at least firm, seen again on fresh state, and not in the baseline (or no longer).
    """
    severe = SEVERITIES.index(finding.severity) <= SEVERITIES.index(fail_on)
    return severe and finding.confidence != "tentative" and not finding.flaky and finding.status in {"new", "expired"}


def exit_code(run: Run) -> ExitCode:
    """Choose the exit code for a finished or interrupted run.

    A fault of the tool itself outweighs findings: what was not tested cannot be called clean.
    """
    if run.interrupted:
        return ExitCode.INTERRUPTED
    if run.internal_errors:
        return ExitCode.INTERNAL
    return ExitCode.FINDINGS if any(fails(finding, run.fail_on) for finding in run.findings) else ExitCode.CLEAN


def sort_key(finding: Finding) -> tuple[int, int, str, str, str]:
    """Sort the most severe and surest first, then by check and operation."""
    return (
        SEVERITIES.index(finding.severity),
        CONFIDENCES.index(finding.confidence),
        finding.check,
        finding.operation,
        finding.fingerprint,
    )
