"""Run the engine on the apps beside these tests, with a budget counted in cases."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.engine import run
from asgitest.conformance.options import RunOptions

if TYPE_CHECKING:
    from asgitest.conformance.model import Run

ROOT = Path(__file__).resolve().parents[3]


def check(app: str, **options: Any) -> Run:
    """Check one app of ``tests/conformance/apps`` deterministically."""
    given = {"deterministic": True, "cases": 60, "workers": 2, **options}
    return run(RunOptions(target=f"tests.conformance.apps.{app}:app", app_dir=ROOT, **given), lambda _event: None)


def checks_by_subject(result: Run) -> dict[str, set[str]]:
    """The ids of the checks that were confirmed for each subject."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for finding in result.findings:
        if not finding.flaky:
            for subject in finding.subjects:
                found[subject].add(finding.check)
    return found


def missing(result: Run, expected: dict[str, str]) -> dict[str, str]:
    """What was expected and is not there."""
    found = checks_by_subject(result)
    return {subject: check for subject, check in expected.items() if check not in found[subject]}
