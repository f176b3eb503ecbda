"""A FastAPI app behind three middlewares that speak ASGI."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, WebSocket
from pydantic import BaseModel

app = FastAPI(title="Middlewares")


class Text(BaseModel):
    text: str = ""


class Block:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/blocked":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


class Sign:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def signed(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = message | {"headers": kept}
            if message["type"] == "http.response.body" and message.get("body"):
                message = message | {"body": message["body"] + b"\n"}
            await send(message)

        await self.app(scope, receive, signed if scope.get("path") == "/greeting" else send)


class Log:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/texts":
            message = await receive()
            scope["size"] = len(message.get("body", b""))
            given = [message]

            async def again() -> Any:
                return given.pop() if given else await receive()

            await self.app(scope, again, send)
            return
        await self.app(scope, receive, send)


class Stamp:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def stamped(message: Any) -> None:
            if message["type"] == "http.response.start" and scope["path"] == "/timed":
                message["headers"].append((b"x-stamp", b"7"))
            await send(message)

        await self.app(scope, receive, stamped)


class OnlyReads:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "TRACE":
            await send({"type": "http.response.start", "status": 405, "headers": [(b"allow", b"GET, POST")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


class Agent:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/agents":
            headers = dict(scope["headers"])
            scope["agent"] = headers.get(b"user-agent", b"").split(b"/")[0]
        await self.app(scope, receive, send)


for middleware in (Block, Sign, Log, Stamp, OnlyReads, Agent):
    app.add_middleware(middleware)


@app.get("/blocked", responses={403: {"description": "Not for you"}})
def blocked() -> dict[str, str]:
    return {}


@app.get("/greeting")
def greeting() -> dict[str, str]:
    return {"hello": "you"}


@app.post("/texts")
def text(body: Text) -> dict[str, int]:
    return {"length": len(body.text)}


@app.get("/timed")
def timed() -> dict[str, str]:
    return {}


@app.get("/agents")
def agents(request: Request) -> dict[str, bool]:
    return {"known": bool(request.scope.get("agent"))}


@app.websocket("/feed")
async def feed(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()
