"""A pytest plugin that writes the outcome of every test of a foreign suite to a JSON file.

``-p dropin_record`` with the file's path in ``DROPIN_RECORD``. Works under xdist: only the controlling process
writes. A test's outcome is the worst of its setup, call and teardown.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

ORDER = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")

outcomes: dict[str, str] = {}
reasons: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst outcome of the test's three phases, and why."""
    outcome = str(report.outcome)
    if hasattr(report, "wasxfail"):
        outcome = {"skipped": "xfailed", "passed": "xpassed"}.get(outcome, outcome)
    elif report.failed and report.when != "call":
        outcome = "error"
    known = outcomes.get(report.nodeid, "passed")
    outcomes[report.nodeid] = max(known, outcome, key=ORDER.index)
    if report.failed:
        reasons.setdefault(report.nodeid, report.longreprtext)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that cannot be collected counts as one test in error."""
    if report.failed:
        outcomes[report.nodeid] = "error"
        reasons[report.nodeid] = report.longreprtext


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the file; a worker of xdist has nothing to write."""
    config: Any = session.config
    if not hasattr(config, "workerinput"):
        found = {"outcomes": dict(sorted(outcomes.items())), "reasons": reasons}
        Path(os.environ["DROPIN_RECORD"]).write_text(json.dumps(found, indent=1), encoding="utf-8")
