"""The three apps that are measured: the same routes on bare ASGI, Starlette and FastAPI.

Bare ASGI does next to nothing, so its figures show what a client itself costs; the frameworks show what is left of
that in a real app.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import fastapi
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.websockets import WebSocket

GREETING = {"hello": "world", "n": 1}
GREETING_BYTES = json.dumps(GREETING, separators=(",", ":")).encode()
BIG_BYTES = b"b" * 2**20
CHUNK = b"c" * 64
CHUNKS = 1000
COOKIES = ((b"set-cookie", b"sid=abc; Path=/; HttpOnly"), (b"set-cookie", b"lang=en; Path=/"))


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The routes without a framework."""
    if scope["type"] == "http":
        await BARE_ROUTES[scope["path"]](scope, receive, send)
    elif scope["type"] == "websocket":
        await bare_echo_socket(receive, send)
    else:
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})


async def bare_echo_socket(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def read(receive: Any) -> bytes:
    """The whole request body."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def answer(send: Any, content: bytes, *, status: int = 200, headers: Any = ()) -> None:
    """A response in two messages."""
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})


async def bare_get(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, GREETING_BYTES)


async def bare_post(scope: Any, receive: Any, send: Any) -> None:
    item = json.loads(await read(receive))
    await answer(send, json.dumps(item, separators=(",", ":")).encode())


async def bare_big(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, BIG_BYTES)


async def bare_upload(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, json.dumps({"size": len(await read(receive))}).encode())


async def bare_stream(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    for _ in range(CHUNKS):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def bare_cookies(scope: Any, receive: Any, send: Any) -> None:
    known = any(name == b"cookie" for name, _ in scope["headers"])
    await answer(send, GREETING_BYTES, headers=() if known else COOKIES)


async def bare_redirect(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, b"", status=307, headers=[(b"location", b"/get")])


async def bare_sync(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, await asyncio.get_running_loop().run_in_executor(None, lambda: GREETING_BYTES))


BARE_ROUTES: dict[str, Callable[..., Any]] = {
    "/get": bare_get,
    "/post": bare_post,
    "/big": bare_big,
    "/upload": bare_upload,
    "/stream": bare_stream,
    "/cookies": bare_cookies,
    "/redirect": bare_redirect,
    "/sync": bare_sync,
}


async def chunks() -> AsyncIterator[bytes]:
    """The pieces of the streamed response."""
    for _ in range(CHUNKS):
        yield CHUNK


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Nothing to start and nothing to stop, but the protocol runs."""
    yield


async def echo_socket(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def with_cookies(response: Response, request: Request) -> Response:
    """Two cookies, for a client that has none yet."""
    if not request.cookies:
        response.set_cookie("sid", "abc", httponly=True)
        response.set_cookie("lang", "en")
    return response


def build_starlette() -> Any:
    """The routes on Starlette."""

    async def get(request: Request) -> Response:
        return JSONResponse(GREETING)

    async def post(request: Request) -> Response:
        return JSONResponse(await request.json())

    async def big(request: Request) -> Response:
        return Response(BIG_BYTES)

    async def upload(request: Request) -> Response:
        return JSONResponse({"size": len(await request.body())})

    async def stream(request: Request) -> Response:
        return StreamingResponse(chunks(), media_type="text/plain")

    async def cookies(request: Request) -> Response:
        return with_cookies(JSONResponse(GREETING), request)

    async def redirect(request: Request) -> Response:
        return RedirectResponse("/get")

    def sync(request: Request) -> Response:
        return JSONResponse(GREETING)

    endpoints = (get, post, big, upload, stream, cookies, redirect, sync)
    routes = [Route(f"/{each.__name__}", each, methods=["GET", "POST"]) for each in endpoints]
    return Starlette(routes=[*routes, WebSocketRoute("/ws", echo_socket)], lifespan=lifespan)


class Greeting(BaseModel):
    """What ``GET /get`` answers."""

    hello: str
    n: int


class Item(BaseModel):
    """What ``POST /post`` takes and gives back: about 1 KB of JSON."""

    id: int
    name: str
    price: float
    tags: list[str]
    attributes: dict[str, str]


def build_fastapi() -> Any:
    """The routes on FastAPI, with models for what goes in and out."""
    app = fastapi.FastAPI(lifespan=lifespan)

    @app.get("/get")
    async def get() -> Greeting:
        return Greeting(hello="world", n=1)

    @app.post("/post")
    async def post(item: Item) -> Item:
        return item

    @app.get("/big")
    async def big() -> fastapi.Response:
        return fastapi.Response(BIG_BYTES)

    async def upload(request: fastapi.Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @app.get("/stream", response_class=StreamingResponse)
    async def stream() -> Any:
        return StreamingResponse(chunks(), media_type="text/plain")

    async def cookies(request: fastapi.Request) -> Any:
        return with_cookies(JSONResponse(GREETING), request)

    @app.get("/redirect", response_class=RedirectResponse)
    async def redirect() -> str:
        return "/get"

    @app.get("/sync")
    def sync() -> Greeting:
        return Greeting(hello="world", n=1)

    # FastAPI reads annotations, and those of this function-local scope only as objects.
    upload.__annotations__["request"] = cookies.__annotations__["request"] = fastapi.Request
    app.post("/upload")(upload)
    app.get("/cookies", response_model=None)(cookies)
    app.router.add_websocket_route("/ws", echo_socket)
    return app


APPS: dict[str, Callable[[], Any]] = {"bare": lambda: bare, "starlette": build_starlette, "fastapi": build_fastapi}
