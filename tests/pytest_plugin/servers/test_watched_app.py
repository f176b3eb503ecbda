"""The app as a server calls it: its lifespan, its calls, and a record of each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.servers.watched_app import CALL_HEADER, CLIENT_HEADER, LiveCall, WatchedApp
from asgitest.testclient import LifespanFailed, observe

if TYPE_CHECKING:
    from asgitest.testclient import ExchangeRecord

HTTP = {"type": "http", "method": "POST", "path": "/x", "headers": [(b"a", b"b"), (CALL_HEADER, b"1")]}
BODY = {"type": "http.request", "body": b"asked", "more_body": False}


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 201, "headers": [(b"x", b"y")]})
    await send({"type": "http.response.body", "body": str(len(scope["headers"])).encode()})


def drive(app: Any, scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Call *app* as a server does, and return what it sent."""
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(dict(scope), receive, send))
    return sent


def test_a_call_is_recorded_and_does_not_see_our_headers() -> None:
    watched = WatchedApp(answer)
    records: list[ExchangeRecord] = []
    call = watched.calls[b"1"] = LiveCall("POST /x")

    with observe(records.append):
        sent = drive(watched, HTTP, BODY)

    assert sent[1]["body"] == b"1"
    assert call.ended.is_set()
    assert records == [call.record()]
    record = call.record()
    assert (record.kind, record.status, record.headers) == ("http", 201, ((b"x", b"y"),))
    assert (record.request_body, record.body, record.exception) == (b"asked", b"1", None)
    assert (call.findings, call.exception, call.scope["path"], call.trace) == ([], None, "/x", record.trace)


def test_what_the_app_raises_is_recorded_and_raised() -> None:
    error = LookupError("gone")

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise error

    watched = WatchedApp(broken)
    call = watched.calls[b"1"] = LiveCall("POST /x")

    with pytest.raises(LookupError):
        drive(watched, HTTP, BODY)

    assert call.exception is error
    assert watched.running() == []


def test_a_client_may_see_another_app() -> None:
    async def other(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body"})

    watched = WatchedApp(answer)
    watched.variants[b"2"] = other

    marked = {**HTTP, "headers": [(CLIENT_HEADER, b"2")]}
    assert [drive(watched, scope, BODY)[0]["status"] for scope in (marked, HTTP)] == [418, 201]


def test_a_call_that_has_not_ended_has_no_record() -> None:
    with pytest.raises(RuntimeError, match="the app has not finished POST /x"):
        LiveCall("POST /x").record()


def test_calls_that_run_are_listed_and_waited_for() -> None:
    seen: list[list[str]] = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        seen.extend([watched.running(), watched.wait_until_idle(0)])

    watched = WatchedApp(slow)
    drive(watched, HTTP)

    assert seen == [["POST /x"], ["POST /x"]]
    assert watched.wait_until_idle(0) == []


@pytest.mark.parametrize(("code", "kept"), [({"code": 4001}, 4001), ({}, 1000)])
def test_the_close_of_a_websocket_is_recorded(code: dict[str, int], kept: int) -> None:
    async def close(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "headers": [(b"x", b"y")]})
        await send({"type": "websocket.close", **code})

    watched = WatchedApp(close)
    call = watched.calls[b"1"] = LiveCall("WebSocket /x")
    drive(watched, {"type": "websocket", "path": "/x", "headers": [(CALL_HEADER, b"1")]})

    assert (call.record().close_code, call.record().headers, call.record().status) == (kept, ((b"x", b"y"),), None)


STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


def test_a_lifespan_that_runs_elsewhere_is_answered_without_the_app() -> None:
    watched = WatchedApp(answer, lifespan=False)

    sent = drive(watched, {"type": "lifespan"}, STARTUP, SHUTDOWN)

    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert watched.ready.is_set()


def test_the_state_of_a_lifespan_is_kept_when_it_has_started() -> None:
    async def starts(scope: Any, receive: Any, send: Any) -> None:
        scope["state"]["shop"] = "open"
        await send({"type": "lifespan.startup.complete"})

    watched = WatchedApp(starts)
    drive(watched, {"type": "lifespan", "state": {}}, STARTUP)

    assert watched.state == {"shop": "open"}
    assert (watched.ready.is_set(), watched.failure) == (True, None)


@pytest.mark.parametrize(("given", "said"), [({"message": "no database"}, "no database"), ({}, "it gave no message")])
def test_a_startup_that_fails_is_known_with_its_message(given: dict[str, str], said: str) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", **given})

    watched = WatchedApp(fails)
    drive(watched, {"type": "lifespan"}, STARTUP)

    assert isinstance(watched.failure, LifespanFailed)
    assert said in str(watched.failure)
    assert watched.ready.is_set()


def test_the_exception_behind_a_failed_startup_is_the_failure() -> None:
    error = KeyError("database")

    async def fails(scope: Any, receive: Any, send: Any) -> None:
        try:
            raise error
        except KeyError:
            await send({"type": "lifespan.startup.failed", "message": "no database"})

    watched = WatchedApp(fails)
    drive(watched, {"type": "lifespan"}, STARTUP)

    assert watched.failure is error
