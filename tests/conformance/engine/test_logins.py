"""Identities that log in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conformance.builders import Project

APP = """
    import secrets
    from typing import Annotated
    from fastapi import Depends, FastAPI, Form, HTTPException
    from fastapi.security import HTTPBearer

    app = FastAPI()
    TOKENS = set()

    @app.post("/token", include_in_schema=False)
    def token(name: Annotated[str, Form()]) -> dict[str, str]:
        TOKENS.add(f"token-of-{name}")
        return {"token": f"token-of-{name}"}

    @app.get("/orders/{number}")
    def read(number: int, bearer: Annotated[object, Depends(HTTPBearer())]) -> int:
        if bearer.credentials not in TOKENS:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        return 1 // 0
"""
CONFIGURATION = '[tool.asgitest.conformance.identities.ada]\nlogin = "{module}:{hook}"\n'
HOOKS = """
    def ada(client):
        return {"authorization": "Bearer " + client.post("/token", data={"name": "ada"}).json()["token"]}

    def fails(client):
        raise RuntimeError("no such user")

    def gives_text(client):
        return "Bearer"
"""


def configured(project: Project, hook: str) -> str:
    """Write app, hooks and configuration; return the import string of the app."""
    target = project.app(APP)
    module = target.partition(":")[0].replace("app_under_test", "logins")
    project.write(f"{module}.py", HOOKS)
    project.write("pyproject.toml", CONFIGURATION.format(module=module, hook=hook))
    return target


@pytest.mark.parametrize("workers", ["0", "1"])
def test_requests_are_sent_as_who_has_logged_in_and_no_report_has_the_token(project: Project, workers: str) -> None:
    target = configured(project, "ada")

    words = ["--include", "GET /orders/*", "--cases", "5", "--workers", workers, "--report", "ndjson=events.ndjson"]
    code, out, _ = project.run("check", target, *words)

    assert code == 1
    assert "ZeroDivisionError" in out
    report = (project.folder / ".asgitest" / "last-run.json").read_text("utf-8")
    assert "[redacted ada]" in report
    for text in (out, report, (project.folder / "events.ndjson").read_text("utf-8")):
        assert "token-of-ada" not in text


def test_a_replay_logs_in_again(project: Project) -> None:
    target = configured(project, "ada")
    project.run("check", target, "--include", "GET /orders/*", "--cases", "5", "--workers", "0", "-q")
    report = project.folder / ".asgitest" / "last-run.json"
    run = json.loads(report.read_text("utf-8"))
    run["findings"] = [one for one in run["findings"] if one["check"] == "http.unhandled-exception"]
    report.write_text(json.dumps(run), "utf-8")

    code, out, _ = project.run("replay")

    assert code == 1
    assert "(ZeroDivisionError: " in out


@pytest.mark.parametrize(
    ("hook", "sentence"),
    [
        ("fails", "failed: RuntimeError: no such user."),
        ("gives_text", "returned str, not a mapping of headers."),
        ("adda", "there is no such function. Did you mean ada?"),
    ],
)
def test_a_hook_that_is_wrong_is_told_in_one_sentence(project: Project, hook: str, sentence: str) -> None:
    target = configured(project, hook)

    code, _, err = project.run("check", target, "--cases", "1", "--workers", "0")

    assert code == 2
    assert err.startswith("asgitest: identity 'ada': login ")
    assert err.endswith(f"{sentence}\n")
