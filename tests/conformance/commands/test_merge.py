"""``asgitest merge``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conformance.builders import crash, finding, run_of

if TYPE_CHECKING:
    from tests.conformance.builders import Project


def test_the_parts_of_a_run_are_reported_as_one(project: Project) -> None:
    project.write("1.json", run_of(finding(), shard="1/2").model_dump_json())
    project.write("2.json", run_of(crash(), shard="2/2").model_dump_json())

    code, out, _ = project.run("merge", "1.json", "2.json", "--report", "json=whole.json")

    whole = json.loads((project.folder / "whole.json").read_text("utf-8"))
    assert code == 1
    assert out.endswith("1 error, 1 warning in 1 subject, 240 cases, 1.2 s  (seed 0)\n")
    assert (whole["shard"], len(whole["findings"])) == (None, 2)


def test_the_merged_run_can_be_replayed(project: Project) -> None:
    project.write("1.json", run_of(finding()).model_dump_json())
    project.run("merge", "1.json")

    assert project.run("replay", "--show")[0] == 0


def test_fail_on_is_decided_anew(project: Project) -> None:
    project.write("1.json", run_of(finding()).model_dump_json())

    assert project.run("merge", "1.json")[0] == 0
    assert project.run("merge", "1.json", "--fail-on", "warning")[0] == 1
