"""An app as Schemathesis shall see it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asgitest.conformance.bridge.recording import MARK, RecordedApp

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"x"}


def call(app: Any, **scope: Any) -> tuple[RecordedApp, list[dict[str, Any]], list[dict[str, Any]]]:
    """Call an app once; return it, the scopes it saw, and what it sent."""
    scopes: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    async def remembering(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await app(scope, receive, send)

    async def send(message: Any) -> None:
        sent.append(message)

    recorded = RecordedApp(remembering, root_path="/shop")
    asyncio.run(recorded({"type": "http", **scope}, None, send))
    return recorded, scopes, sent


def test_the_scope_gets_the_version_and_the_root_path() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)

    _, (scope,), _ = call(app)

    assert scope["asgi"]["version"] == "3.0"
    assert scope["root_path"] == "/shop"


def test_an_exception_becomes_a_500_that_says_which() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError("isbn")

    recorded, _, (start, body) = call(app)

    assert (start["status"], (MARK, b"0") in start["headers"], body["body"]) == (500, True, b"Internal Server Error")
    assert isinstance(recorded.exceptions[0], KeyError)


def test_the_500_of_a_framework_is_marked_when_it_raises_afterwards() -> None:
    """Starlette answers first and raises then, so that the server can write a log."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START | {"status": 500})
        await send(BODY)
        raise KeyError("isbn")

    _, _, (start, body) = call(app)

    assert (MARK, b"0") in start["headers"]
    assert body == BODY


def test_a_500_without_an_exception_has_no_mark() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START | {"status": 503})
        await send(BODY)

    _, _, sent = call(app)

    assert sent == [START | {"status": 503}, BODY]


def test_an_exception_in_the_middle_of_an_answer_escapes() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        raise KeyError("isbn")

    with pytest.raises(KeyError):
        call(app)


def test_other_protocols_pass() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError("lifespan")

    with pytest.raises(KeyError):
        call(app, type="lifespan")
