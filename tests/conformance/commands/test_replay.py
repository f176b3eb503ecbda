"""``asgitest replay``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.last_run import save_last_run
from asgitest.conformance.model import HTTPStep
from asgitest.conformance.reproduce import build_reproduction
from tests.conformance.builders import finding, run_of, scenario

if TYPE_CHECKING:
    from asgitest.conformance.model import Finding
    from tests.conformance.builders import Project

BROKEN = """
    from fastapi import FastAPI, HTTPException

    app = FastAPI()

    @app.get("/items/{id}")
    def read(id: int):
        raise HTTPException(404)
"""


def undocumented(target: str, **changes: object) -> Finding:
    """The finding ``GET /items/0`` has in the broken app."""
    one = finding(**changes)
    return one.model_copy(
        update={
            "reproduction": build_reproduction(
                scenario(target=target), one.fingerprint, assertions=["assert response.status_code != 404"]
            )
        }
    )


def test_a_fault_that_is_still_there_is_told_with_how_it_fails(project: Project) -> None:
    target = project.app(BROKEN)
    one = undocumented(target)
    save_last_run(run_of(one, target=target), directory=project.folder)

    code, out, _ = project.run("replay")

    assert code == 1
    assert out == (f"{one.id}  still there  openapi.status-undocumented  GET /items/{{id}}  (AssertionError)\n")


def test_a_mended_fault_is_gone(project: Project) -> None:
    target = project.app(BROKEN.replace("raise HTTPException(404)", "return {}"))
    save_last_run(run_of(undocumented(target), target=target), directory=project.folder)

    code, out, _ = project.run("replay")

    assert code == 0
    assert "  gone  " in out


def test_one_finding_is_replayed_by_the_beginning_of_its_id_and_shown_in_full(project: Project) -> None:
    target = project.app(BROKEN)
    one = undocumented(target)
    save_last_run(run_of(one, target=target), directory=project.folder)

    code, out, _ = project.run("replay", one.fingerprint[:6])

    assert code == 1
    assert "client.request('GET', '/items/0'" in out
    assert out.splitlines()[-1].startswith(f"{one.id}  still there")


def test_an_app_that_cannot_be_imported_says_nothing_about_the_fault(project: Project) -> None:
    """Otherwise a typo would look like a mended fault, or like one that is still there."""
    save_last_run(run_of(undocumented("no_such_module:app")), directory=project.folder)

    code, out, _ = project.run("replay")

    assert code == 2
    assert "  cannot run   " in out
    assert "No module named 'no_such_module'" in out


def test_an_app_that_ends_the_process_is_still_broken(project: Project) -> None:
    target = project.app(BROKEN.replace("raise HTTPException(404)", "__import__('os')._exit(7)"))
    save_last_run(run_of(undocumented(target), target=target), directory=project.folder)

    code, out, _ = project.run("replay")

    assert code == 1
    assert "the app ended its process: exit code 7" in out


def test_a_finding_about_the_schema_is_looked_for_again_without_a_request(project: Project) -> None:
    source = """
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/a", operation_id="same")
        def a() -> dict[str, int]:
            return {}

        @app.get("/b", operation_id="same")
        def b() -> dict[str, int]:
            return {}
    """
    target = project.app(source)
    with pytest.warns(UserWarning, match="Duplicate Operation ID"):
        project.run("check", target, "--select", "schema.operation-id-unique", "--workers", "0", "--cases", "1", "-q")
    mended = project.app(source.replace('"/b", operation_id="same"', '"/b"'))

    code, out, _ = project.run("replay")
    report = json.loads((project.folder / ".asgitest" / "last-run.json").read_text("utf-8"))
    project.write(".asgitest/last-run.json", json.dumps(report | {"target": mended}))
    mended_code, mended_out, _ = project.run("replay")

    assert (code, mended_code) == (1, 0)
    assert "still there" in out
    assert "gone" in mended_out


def test_secrets_come_back_from_the_configuration(project: Project) -> None:
    """A report hides them, and a replay without them would meet a 401."""
    target = project.app("""
        from fastapi import FastAPI, Header

        app = FastAPI()

        @app.get("/items")
        def read(authorization: str = Header()):
            if authorization == "Bearer 12345":
                raise RuntimeError("only for those who know")
            return {}
    """)
    project.write(
        "pyproject.toml", '[tool.asgitest.conformance.identities.ada]\nheaders = {authorization = "Bearer 12345"}'
    )
    step = HTTPStep(method="GET", target="/items", headers=(("authorization", "[redacted ada]"),))
    one = finding("http.unhandled-exception", "GET /items")
    again = build_reproduction(scenario(step, target=target), one.fingerprint)
    save_last_run(run_of(one.model_copy(update={"reproduction": again}), target=target), directory=project.folder)

    code, out, _ = project.run("replay")

    assert code == 1
    assert "RuntimeError: only for those who know" in out
    assert "12345" not in out


def test_snippets_are_shown_without_being_run(project: Project) -> None:
    one = undocumented("no_such_module:app")
    save_last_run(run_of(one), directory=project.folder)

    code, out, _ = project.run("replay", "--show")

    assert code == 0
    assert out.startswith(f"# {one.id} openapi.status-undocumented at GET /items/{{id}}\n# curl ")
    compile(out, "shown", "exec")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["replay"], "There is no report '.asgitest/last-run.json'. Run asgitest check first."),
        (["replay", "--from", "other.json"], "There is no report 'other.json'."),
    ],
)
def test_without_a_report_there_is_nothing_to_replay(project: Project, words: list[str], sentence: str) -> None:
    code, _, err = project.run(*words)

    assert (code, err) == (2, f"asgitest: {sentence}\n")


def test_an_unknown_id_is_answered_with_those_there_are(project: Project) -> None:
    one = undocumented("main:app")
    save_last_run(run_of(one), directory=project.folder)

    code, _, err = project.run("replay", "0000")

    assert code == 2
    assert err == f"asgitest: There is no finding '0000' in the report. It has {one.id}.\n"
