"""``asgitest snapshot`` and ``asgitest diff``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conformance.builders import Project

APP = """
    from fastapi import FastAPI

    app = FastAPI()
    inner = FastAPI()

    @app.get("/items")
    def read(limit: int = 10) -> dict[str, int]:
        return {}

    @inner.get("/stock")
    def stock() -> int:
        return 1

    app.mount("/partners", inner)
"""


def test_a_snapshot_compared_with_the_unchanged_app_is_clean(project: Project) -> None:
    target = project.app(APP)

    code, out, _ = project.run("snapshot", target)
    diff_code, diff_out, _ = project.run("diff", "openapi.snapshot.json", target)

    assert (code, out) == (
        0,
        "openapi.snapshot.json: 2 operations; compare with asgitest diff openapi.snapshot.json\n",
    )
    assert diff_code == 0
    assert diff_out == "clean in 2 subjects\n"


def test_a_breaking_change_fails_and_names_the_line_of_the_handler(project: Project) -> None:
    before = project.app(APP)
    project.run("snapshot", before, "-o", "old.json")
    after = project.app(APP.replace("limit: int = 10", "limit: int"))

    code, out, _ = project.run("diff", "old.json", after)

    assert code == 1
    assert "ERROR   drift.parameter-became-required  A parameter is required now: query limit" in out
    assert f"{after.partition(':')[0]}.py:7 in read" in out


def test_the_schema_of_a_mounted_app_is_kept_and_compared(project: Project) -> None:
    project.run("snapshot", project.app(APP), "-o", "old.json")
    after = project.app(APP.replace('"/stock"', '"/stock/all"'))

    code, out, _ = project.run("diff", "old.json", after)

    assert code == 1
    assert "drift.path-removed" in out
    assert "GET /partners/stock" in out


def test_a_change_that_breaks_nobody_is_a_note(project: Project) -> None:
    project.run("snapshot", project.app(APP), "-o", "old.json")
    after = project.app(APP.replace("limit: int = 10", "limit: int = 10, offset: int = 0"))

    code, out, _ = project.run("diff", "old.json", after)

    assert code == 0
    assert "note      drift.parameter-added-optional" in out


def test_two_apps_are_compared_and_reported_in_every_format(project: Project) -> None:
    before, after = project.app(APP), project.app(APP.replace('"/items"', '"/things"'))

    code, out, _ = project.run("diff", before, after, "--report", "json=-", "-q")

    report = json.loads(out)
    assert code == 1
    assert report["target"] == f"{before} -> {after}"
    assert [(one["check"], one["operation"]) for one in report["findings"]] == [
        ("drift.path-removed", "GET /items"),
        ("drift.operation-added", "GET /things"),
    ]


def test_the_configured_app_is_the_new_one(project: Project) -> None:
    target = project.app(APP)
    project.write("pyproject.toml", f'[tool.asgitest.conformance]\napp = "{target}"\n')
    project.run("snapshot")

    assert project.run("diff", "openapi.snapshot.json")[0] == 0


def test_select_and_ignore_choose_rules(project: Project) -> None:
    before, after = project.app(APP), project.app(APP.replace('"/items"', '"/things"'))

    code, _, _ = project.run("diff", before, after, "--ignore", "drift.path-removed")

    assert code == 0


def test_what_has_no_schema_cannot_be_compared(project: Project) -> None:
    target = project.app("async def app(scope, receive, send): ...")

    code, _, err = project.run("snapshot", target)

    assert (code, err) == (2, f"asgitest: {target} has no schema that could be kept.\n")


def test_a_file_that_is_no_schema_is_told_in_one_sentence(project: Project) -> None:
    project.write("old.json", "[]")
    project.write("broken.json", "{")

    assert project.run("diff", "old.json", "old.json")[2].startswith("asgitest: The schema 'old.json' cannot be used: ")
    assert project.run("diff", "broken.json", "old.json")[2].startswith(
        "asgitest: The schema 'broken.json' cannot be read: "
    )
    assert project.run("diff", "none.json", "old.json") == (
        2,
        "",
        "asgitest: There is no schema file 'none.json'. Did you mean old.json?\n",
    )
