"""``asgitest check`` at its default profile shows every fault of the broken bookshop, and each is seen again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.cli import main
from asgitest.conformance.model import Run
from asgitest.conformance.replaying import replay_snippet
from examples.bookshop_broken.faults import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.model import Finding
    from examples.bookshop_broken.faults import Fault


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Run:
    """One deterministic run of the default profile, through the command."""
    folder: Path = tmp_path_factory.mktemp("run")
    words = ["--app-dir", str(request.config.rootpath), "--seed", "0", "-q", "--report", f"json={folder}/run.json"]
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        assert main(["check", "examples.bookshop_broken:app", *words]) == 1
    return Run.model_validate(json.loads((folder / "run.json").read_text("utf-8")))


def findings_of(fault: Fault, report: Run) -> list[Finding]:
    return [one for one in report.findings if one.check in fault.checks and fault.operation in one.subjects]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_planted_fault_is_found(fault: Fault, report: Run) -> None:
    assert findings_of(fault, report)


def test_nothing_else_is_found(report: Run) -> None:
    """A finding that is no planted fault would be a false alarm, or a fault somebody has planted by accident."""
    planted = [one for fault in FAULTS for one in findings_of(fault, report)]

    others = [(one.check, one.operation) for one in report.findings if one not in planted and one.severity != "info"]

    assert others == []


def test_every_snippet_of_the_report_fails_again(report: Run) -> None:
    """A reproduction that passes sends its reader away."""
    replays = {f"{one.check} at {one.operation}": replay_snippet(one) for one in report.findings if one.reproduction}

    assert {name: replay for name, replay in replays.items() if replay.outcome != "still there"} == {}
