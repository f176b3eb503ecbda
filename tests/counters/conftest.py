"""The app whose calls are counted, and a client inside ``with``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from asgitest.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket


async def get(request: Request) -> Response:
    return JSONResponse({"hello": "world"})


async def post(request: Request) -> Response:
    return JSONResponse({"size": len(await request.body())})


async def drain(request: Request) -> Response:
    """Read the body without keeping it."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return JSONResponse({"size": size})


async def stream(request: Request) -> Response:
    """As many chunks of as many bytes as the query says."""
    count, size = int(request.query_params["count"]), int(request.query_params["size"])

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(count):
            yield bytes([number % 256]) * size

    return StreamingResponse(chunks())


def sync(request: Request) -> Response:
    return JSONResponse({"hello": "world"})


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@pytest.fixture(scope="session")
def app() -> Starlette:
    """One app for all gates."""
    return Starlette(
        routes=[
            Route("/get", get),
            Route("/post", post, methods=["POST"]),
            Route("/drain", drain, methods=["POST"]),
            Route("/stream", stream),
            Route("/sync", sync),
            WebSocketRoute("/echo", echo),
        ]
    )


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    """A client whose lifespan runs."""
    with TestClient(app) as client:
        yield client
