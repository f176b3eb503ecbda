"""Small ASGI apps that the tests of the clients share."""

from __future__ import annotations

import asyncio
import json


async def read_body(receive):
    """Read the whole request body."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def respond(send, body=b"", status=200, headers=((b"content-type", b"text/plain"),)):
    """Send a whole response."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def jsonable(value):
    """Make a scope's value fit for JSON."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return value


async def mirror(scope, receive, send):
    """Answer with the scope and the body as JSON."""
    assert scope["type"] == "http"
    body = await read_body(receive)
    seen = {key: jsonable(value) for key, value in scope.items() if key != "state"}
    seen["body"] = body.decode("latin-1")
    await respond(send, json.dumps(seen).encode(), headers=[(b"content-type", b"application/json")])


async def hello(scope, receive, send):
    """Answer hello, and take part in nothing else."""
    assert scope["type"] == "http"
    await respond(send, b"hello")


async def echo_socket(scope, receive, send):
    """Accept a WebSocket and echo what comes."""
    assert scope["type"] == "websocket"
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        if message.get("text") is not None:
            await send({"type": "websocket.send", "text": message["text"]})
        else:
            await send({"type": "websocket.send", "bytes": message["bytes"]})


def with_lifespan(app, *, startup=None, shutdown=None):
    """Give *app* a lifespan that records what happened in ``events``."""
    events = []

    async def wrapped(scope, receive, send):
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        assert (await receive())["type"] == "lifespan.startup"
        events.append("startup")
        if startup is not None:
            startup(scope)
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        events.append("shutdown")
        if shutdown is not None:
            shutdown(scope)
        await send({"type": "lifespan.shutdown.complete"})

    wrapped.events = events
    return wrapped


async def never(scope, receive, send):
    """Wait for something that nobody will ever set."""
    if scope["type"] == "lifespan":
        raise RuntimeError("no lifespan")
    await asyncio.Event().wait()
