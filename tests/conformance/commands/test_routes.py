"""``asgitest routes``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conformance.builders import Project

APP = """
    from fastapi import APIRouter, Depends, FastAPI
    from fastapi.security import HTTPBasic
    from starlette.staticfiles import StaticFiles

    app = FastAPI()
    inner = FastAPI()

    @app.get("/items/{id}", tags=["items"], dependencies=[Depends(HTTPBasic())])
    def read(id: int): ...

    @app.get("/hidden", include_in_schema=False)
    def hidden(): ...

    @app.post("/old", deprecated=True)
    def old(): ...

    @app.websocket("/chat")
    async def chat(websocket): ...

    @inner.get("/stock")
    def stock(): ...

    app.mount("/partners", inner)
"""


def test_each_operation_stands_with_its_handler_and_what_is_unusual_about_it(project: Project) -> None:
    target = project.app(APP)

    code, out, _ = project.run("routes", target)

    module = target.partition(":")[0]
    lines = {" ".join(line.split()) for line in out.splitlines()}
    assert code == 0
    assert f"{target} (fastapi)" in lines
    assert f"GET /items/{{id}} {module}.py:9 read (needs HTTPBasic)" in lines
    assert f"GET /hidden {module}.py:12 hidden (left out of the schema)" in lines
    assert f"POST /old {module}.py:15 old (deprecated)" in lines
    assert f"WS /chat {module}.py:18 chat" in lines
    assert f"GET /partners/stock {module}.py:21 stock" in lines
    assert "mount /partners FastAPI, 5 routes, with a schema of its own" in lines
    assert lines & {"4 operations, 1 WebSocket route, 2 schemas; asgitest check tests all of them"}


def test_the_selection_of_check_decides_what_is_listed(project: Project) -> None:
    """The list is what check would test, so the same options must mean the same."""
    target = project.app(APP)

    _, tagged, _ = project.run("routes", target, "--tag", "items", "--json")
    _, excluded, _ = project.run("routes", target, "--exclude", "GET *,WS *", "--json")

    assert [one["path"] for one in json.loads(tagged)["operations"]] == ["/items/{id}"]
    document = json.loads(excluded)
    assert [one["path"] for one in document["operations"]] == ["/old"]
    assert document["websockets"] == []


def test_json_names_parameters_security_and_the_place_of_the_handler(project: Project) -> None:
    target = project.app(APP)

    _, out, _ = project.run("routes", target, "--include", "GET /items/*", "--json")

    document = json.loads(out)
    assert document["framework"] == "fastapi"
    assert document["operations"][0] | {"handler": ""} == {
        "method": "GET",
        "path": "/items/{id}",
        "operation_id": "read_items__id__get",
        "tags": ["items"],
        "parameters": ["path.id"],
        "bodies": [],
        "statuses": ["200", "422"],
        "security": ["HTTPBasic"],
        "documented": True,
        "deprecated": False,
        "handler": "",
        "mount": "",
    }
    assert document["operations"][0]["handler"].endswith(".py:9")


def test_a_problem_of_the_schema_is_listed(project: Project) -> None:
    target = project.app("""
        from fastapi import FastAPI

        app = FastAPI()
        app.openapi = lambda: {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"responses": {
            "200": {"$ref": "#/components/responses/Missing"}}}}}}
    """)

    code, out, _ = project.run("routes", target)

    assert code == 0
    assert "problem  #/paths/~1a/get/responses/200: " in out
