"""``asgitest coverage combine``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asgitest.conformance.cli import main
from asgitest.conformance.coverage.goals import Coverage, Goal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ITEM = Goal("operations", "GET /items")
OTHER = Goal("operations", "POST /items")


def write_part(path: Path, reached: Goal) -> str:
    coverage = Coverage()
    for goal in (ITEM, OTHER):
        coverage.expect(goal)
    coverage.reach(reached, f"test_{path.stem}")
    path.write_text(json.dumps(coverage.as_json()), "utf-8")
    return str(path)


def test_parts_are_combined_into_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [write_part(tmp_path / "a.json", ITEM), write_part(tmp_path / "b.json", OTHER)]
    whole = tmp_path / "whole.json"

    code = main(["coverage", "combine", *parts, "--report", f"term,json:{whole}", "-q", "--fail-under", "100"])

    assert code == 0
    assert capsys.readouterr().out == f"operations                   2/2  100.0 %\nwritten: {whole}\n"
    assert json.loads(whole.read_text("utf-8"))["tests"] == ["test_a", "test_b"]


def test_a_threshold_that_is_not_reached_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = write_part(tmp_path / "a.json", ITEM)

    code = main(["coverage", "combine", part, "--report", f"md:{tmp_path / 'a.md'}", "--fail-under", "operations=60"])

    assert code == 1
    output = capsys.readouterr()
    assert output.err == "asgitest: API coverage of operations is 50.00 % (1 of 2), but 60 % are required\n"
    assert "2/2" not in output.out


def test_a_file_that_is_not_there_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "combine", "none.json"]) == 2
    assert "There is no coverage report 'none.json'." in capsys.readouterr().err
