"""``asgitest schemathesis``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import schemathesis.hooks
from schemathesis.cli.ext.handlers import CUSTOM_HANDLERS

if TYPE_CHECKING:
    from tests.conformance.builders import Project

APP = """
    from fastapi import FastAPI, HTTPException

    app = FastAPI()

    @app.get("/items/{id}")
    def read(id: int) -> dict[str, int]:
        return {"id": 1 // id}

    @app.get("/teapot")
    def brew() -> int:
        raise HTTPException(418)
"""


def test_schemathesis_runs_without_a_server_and_its_findings_are_ours(project: Project) -> None:
    target = project.app(APP)
    hooks = {name: list(each) for name, each in schemathesis.hooks.GLOBAL_HOOK_DISPATCHER._hooks.items() if each}

    words = ["--max-examples", "5", "--seed", "1", "--phases", "coverage", "--report", "json=run.json"]
    code, out, err = project.run("schemathesis", target, *words)

    report = json.loads((project.folder / "run.json").read_text("utf-8"))
    found = {one["check"]: one for one in report["findings"]}
    assert code == 1
    assert err == ""
    assert out.startswith(f"asgitest schemathesis {target}: ")
    assert {"http.unhandled-exception", "openapi.status-undocumented"} <= {*found}
    assert found["openapi.status-undocumented"]["schemathesis"] == "ST103"
    assert found["http.unhandled-exception"]["location"]["line"] == 8
    assert report["statistics"]["cases"] > 5
    # What was registered for the run is gone after it.
    assert CUSTOM_HANDLERS == []
    after = {name: list(each) for name, each in schemathesis.hooks.GLOBAL_HOOK_DISPATCHER._hooks.items() if each}
    assert after == hooks


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--phases", "coverge"], "--phases: there is no phase 'coverge'. Did you mean coverage?"),
        (["--schema", "none"], "{target} has no schema that Schemathesis could read."),
    ],
)
def test_bad_input_is_told_in_one_sentence(project: Project, words: list[str], sentence: str) -> None:
    target = project.app(APP)

    code, _, err = project.run("schemathesis", target, *words)

    assert (code, err) == (2, f"asgitest: {sentence.format(target=target)}\n")


def test_what_schemathesis_refuses_is_told_as_it_says_it(project: Project) -> None:
    code, _, err = project.run("schemathesis", project.app(APP), "--max-examples", "0")

    assert code == 2
    assert err.startswith("asgitest: Schemathesis could not run: ")
    assert "0" in err
