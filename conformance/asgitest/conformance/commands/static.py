"""Looks again for a finding that needs no request: one about the schema or the routing table.

Depends on: the engine by name, the options.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from asgitest.conformance.errors import UsageError
from asgitest.conformance.options import RunOptions
from asgitest.conformance.replaying import Replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.events import Event
    from asgitest.conformance.model import Finding, Run

__all__ = ["find_static"]


def find_static(finding: Finding, report: Run) -> Replay:
    """Run the finding's check over the app's documents and routes.

    Args:
        finding: Without a snippet.
        report: Says which app it is of.
    """
    if finding.check.startswith("drift."):
        return Replay(outcome="no snippet", reason="compare the schemas again with asgitest diff")
    options = RunOptions(
        target=report.target,
        app_dir=Path(_app_dir(report)),
        select=(finding.check,),
        include=("SCHEMA", "APP", finding.operation),
        cases=1,
        whitebox="off",
        confirm=0,
        workers=0,
        strict=finding.quirk is None,
    )
    run = cast(
        "Callable[[RunOptions, Callable[[Event], object]], Run]", import_module("asgitest.conformance.engine").run
    )
    try:
        again = run(options, lambda _event: None)
    except UsageError as error:
        return Replay(outcome="cannot run", reason=str(error))
    there = any(one.fingerprint == finding.fingerprint for one in again.findings)
    return Replay(outcome="still there" if there else "gone")


def _app_dir(report: Run) -> str:
    """Find where the app was imported from: other findings of the report say it."""
    for finding in report.findings:
        if finding.reproduction is not None and finding.reproduction.scenario is not None:
            return finding.reproduction.scenario.app_dir
    return "."
