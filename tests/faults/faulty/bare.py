"""A bare ASGI app that serves the schema of its own paths."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs


def operation(identifier: str, *statuses: int, **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    responses = {str(status): {"description": "", "content": content} for status in statuses}
    return {"operationId": identifier, "responses": responses} | more


def number(name: str, place: str = "query", **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": {"type": "integer"} | schema}


BODY = {
    "type": "object",
    "required": ["width"],
    "properties": {"width": {"type": "integer", "minimum": 1, "maximum": 9}},
}
SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "Bare", "version": "1"},
    "paths": {
        "/squares": {"get": operation("square", 200, 400, parameters=[number("side", minimum=1, maximum=99)])},
        "/widths": {
            "post": operation(
                "width", 200, 400, requestBody={"required": True, "content": {"application/json": {"schema": BODY}}}
            )
        },
        "/shares": {"get": operation("share", 200, 400, parameters=[number("parts", minimum=0, maximum=12)])},
        "/health": {"get": operation("health", 200)},
        "/versions": {"get": operation("version", 200)},
    },
}


async def answer(send: Any, status: int, body: Any, media_type: bytes = b"application/json") -> None:
    content = json.dumps(body).encode()
    headers = [(b"content-type", media_type), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def read(receive: Any) -> bytes:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body


def integer_of(scope: Any, name: str, least: int, most: int) -> int | None:
    text = parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])[-1]
    fits = text.isascii() and text.isdecimal() and len(text) < 4 and least <= int(text) <= most
    return int(text) if fits else None


async def squares(scope: Any, receive: Any, send: Any) -> None:
    side = int(parse_qs(scope["query_string"].decode("latin-1"))["side"][0])
    await answer(send, 200, {"area": side * side})


async def widths(scope: Any, receive: Any, send: Any) -> None:
    try:
        body = json.loads(await read(receive))
    except (ValueError, RecursionError):
        body = None
    width = body.get("width") if isinstance(body, dict) else None
    fits = isinstance(width, int)
    await answer(send, 200 if fits else 400, {})


async def shares(scope: Any, receive: Any, send: Any) -> None:
    parts = integer_of(scope, "parts", 0, 12)
    if parts is None:
        await answer(send, 400, {})
        return
    await answer(send, 200, {"each": 12 // parts})


async def health(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, {"healthy": True}, b"text/plain")


async def versions(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, ["1.0"])


async def schema(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 200, SCHEMA)


ROUTES = {
    ("GET", "/squares"): squares,
    ("POST", "/widths"): widths,
    ("GET", "/shares"): shares,
    ("GET", "/health"): health,
    ("GET", "/versions"): versions,
    ("GET", "/openapi.json"): schema,
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        message = f"not served: {scope['type']}"
        raise RuntimeError(message)
    methods = sorted(method for method, path in ROUTES if path == scope["path"])
    if not methods:
        await answer(send, 404, {})
    elif scope["method"] not in methods:
        headers = [(b"allow", ", ".join(methods).encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 405, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
    else:
        await ROUTES[scope["method"], scope["path"]](scope, receive, send)
