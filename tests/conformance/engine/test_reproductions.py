"""What a report says how to see a finding again does show it again, and every format takes every kind of finding."""

from __future__ import annotations

import json
import textwrap
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from asgitest.conformance.engine import run
from asgitest.conformance.options import RunOptions
from asgitest.conformance.replaying import replay_snippet
from asgitest.conformance.reports import renderer
from tests.conformance.reports.test_sarif import LOG

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.model import Run

APP = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI, HTTPException, WebSocket
    from pydantic import BaseModel

    pools = []


    @asynccontextmanager
    async def lifespan(app):
        if pools:
            raise RuntimeError("there is a pool")
        pools.append(app)
        yield


    app = FastAPI({LIFESPAN})


    class Book(BaseModel):
        title: str


    books: dict[int, Book] = {}


    @app.get("/crash")
    async def crash(n: int) -> int:
        return 100 // (n - n)


    @app.get("/other")
    async def other() -> dict[str, int]:
        raise HTTPException(418)


    @app.post("/books", status_code=201)
    async def create(book: Book) -> dict[str, int]:
        books[len(books) + 1] = book
        return {"id": len(books)}


    @app.get("/books/{book_id}", responses={404: {}})
    async def read(book_id: int) -> Book:
        if book_id not in books:
            raise HTTPException(404)
        return books[book_id]


    @app.delete("/books/{book_id}", status_code=204, responses={404: {}})
    async def delete(book_id: int) -> None:
        if book_id not in books:
            raise HTTPException(404)


    @app.websocket("/sums")
    async def sums(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(str(1 // len(text.strip("a"))))


    schema = app.openapi()
    schema["paths"]["/crash"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/Boook"
    }
"""
OF_KINDS = {
    "http.unhandled-exception": "GET /crash",
    "openapi.status-undocumented": "GET /other",
    "state.use-after-delete": "GET /books/{book_id}",
    "websocket.unhandled-exception": "WS /sums",
    "lifespan.second-start-fails": "LIFESPAN",
    "schema.ref-unresolved": "SCHEMA",
}


def checked(folder: Path, name: str, *, lifespan: str) -> Run:
    folder.joinpath(f"{name}.py").write_text(textwrap.dedent(APP).replace("{LIFESPAN}", lifespan), encoding="utf-8")
    return run(RunOptions(target=f"{name}:app", app_dir=folder, cases=12, workers=1), lambda _event: None)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run with a finding of every kind: two apps, for what one cannot have both."""
    folder = tmp_path_factory.mktemp("kinds")
    first = checked(folder, "kinds", lifespan="")
    second = checked(folder, "kinds_of_start", lifespan="lifespan=lifespan")
    lifespans = tuple(one for one in second.findings if one.operation == "LIFESPAN")
    return first.model_copy(update={"findings": (*first.findings, *lifespans)})


def test_there_is_a_finding_of_every_kind(result: Run) -> None:
    """Else the other tests would prove less than they say."""
    found = {one.check: one.operation for one in result.findings if not one.flaky}

    assert {check: found.get(check) for check in OF_KINDS} == OF_KINDS


def test_every_reproduction_fails_again(result: Run) -> None:
    """In an interpreter of its own, as somebody runs it who has read the report."""
    outcomes = {
        (one.check, one.operation): replay_snippet(one).outcome
        for one in result.findings
        if one.reproduction is not None and one.reproduction.python
    }

    assert {check for check, _ in outcomes} >= OF_KINDS.keys() - {"schema.ref-unresolved"}
    assert {place: outcome for place, outcome in outcomes.items() if outcome != "still there"} == {}


def test_sarif_takes_them_all(result: Run) -> None:
    """As the standard wants it."""
    log = json.loads(renderer("sarif")(result))

    jsonschema_rs.validator_for(LOG, validate_formats=True).validate(log)
    assert {one["ruleId"] for one in log["runs"][0]["results"]} >= OF_KINDS.keys()


def test_junit_takes_them_all(result: Run) -> None:
    """A parser loads it, and there is a case for each that fails."""
    suites = ET.fromstring(renderer("junit")(result))  # noqa: S314  our own report

    failing = {
        (case.get("classname") or "") + (case.get("name") or "") for case in suites.iter("testcase") if len(case)
    }
    for check, operation in OF_KINDS.items():
        assert any(check in name or operation in name for name in failing), (check, failing)
