"""An app with everything that a walk over ``app.routes`` misses, and the traffic of a small suite."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, Header, HTTPException, Query, WebSocket
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from asgitest.conformance.coverage.recorder import CoverageRecorder
from asgitest.testclient import TestClient, observe


def who() -> str:
    return "nobody"


def unused() -> str:
    return "never"


async def plain_app(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("opaque")(scope, receive, send)


def make_app() -> FastAPI:
    """Two levels of include_router, a mount below a parameter, a WebSocket, an opaque mount."""
    inner = APIRouter(prefix="/inner")

    @inner.get("/items/{number}", responses={404: {"description": "No such item"}})
    def item(
        number: int,
        limit: Annotated[int, Query(ge=1)] = 10,
        names: Annotated[list[str] | None, Query()] = None,
        x_token: Annotated[str | None, Header()] = None,
        theme: Annotated[str | None, Cookie()] = None,
        user: Annotated[str, Depends(who)] = "",
    ) -> dict[str, Any]:
        if number == 404:
            raise HTTPException(404)
        if number == 418:
            raise HTTPException(418)
        return {"number": number, "user": user, "all": [limit, names, x_token, theme]}

    @inner.post("/items")
    def add(item: Annotated[dict[str, int], Body()]) -> dict[str, int]:
        return item

    @inner.delete("/items")
    def clear(nothing: Annotated[str, Depends(unused)]) -> str:
        return nothing

    outer = APIRouter(prefix="/outer")
    outer.include_router(inner)
    app = FastAPI()
    app.include_router(outer, prefix="/v1")

    below = FastAPI()

    @below.websocket("/chat")
    async def chat(websocket: WebSocket) -> None:
        if "refuse" in websocket.query_params:
            await websocket.close(1008)
            return
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.send_bytes(b"bye")
        await websocket.close(4000)

    @below.get("/deep")
    def deep() -> str:
        return "deep"

    app.mount("/tenants/{tenant}", below)
    app.router.routes.append(Mount("/opaque", plain_app))
    app.state.inner = inner
    return app


def record(app: Any, drive: Any, test: str = "test_one", **options: Any) -> CoverageRecorder:
    """What *drive* reaches, given a client of *app*."""
    recorder = CoverageRecorder()
    with observe(lambda record: recorder.add(record, test)), TestClient(app, **options) as client:
        drive(client)
    recorder.end_test()
    return recorder


def reached(recorder: CoverageRecorder, dimension: Any, subject: str | None = None) -> list[str]:
    """Subjects and details of the goals that were reached."""
    return [
        f"{goal.subject} {goal.detail}".strip()
        for goal, entry in recorder.coverage.of(dimension, subject)
        if entry.tests
    ]


def expected(recorder: CoverageRecorder, dimension: Any, subject: str | None = None) -> list[str]:
    """Subjects and details of the goals that count."""
    return [
        f"{goal.subject} {goal.detail}".strip()
        for goal, entry in recorder.coverage.of(dimension, subject)
        if entry.standing == "expected"
    ]
