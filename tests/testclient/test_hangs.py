"""Every way in which other clients hang: ours ends with an error that names the line of the app."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import apps
import pytest

from asgitest.testclient import (
    DeadlineExceeded,
    DeadlockDetected,
    LifespanFailed,
    ProtocolViolation,
    TestClient,
    WebSocketDisconnect,
    observe,
)
from asgitest.testclient.http_library import httpx

HERE = __file__


def line_of(text):
    """The number of the line of this file that holds *text*."""
    with Path(HERE).open(encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if text in line)


def assert_names_line(error, marker):
    """The report names file and line of the app."""
    assert f"{HERE}:{line_of(marker)}" in str(error)


async def endless(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await asyncio.sleep(0.001)  # line of the endless stream


def test_reading_an_endless_stream_ends_at_the_deadline():
    client = TestClient(endless, timeout=0.3)

    with pytest.raises(DeadlineExceeded) as caught:
        client.get("/")

    assert_names_line(caught.value, "# line of the endless " + "stream")


def test_an_endless_stream_that_never_waits_ends_at_the_deadline():
    """The app never lets the loop turn; send() does."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    with pytest.raises(DeadlineExceeded):
        TestClient(app, timeout=0.3).get("/")


def test_a_handler_that_never_answers_is_a_certain_deadlock():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await asyncio.Event().wait()  # line of the silent handler

    begun = time.monotonic()
    with pytest.raises(DeadlockDetected) as caught:
        TestClient(app).get("/")

    assert time.monotonic() - begun < 2
    assert_names_line(caught.value, "# line of the silent " + "handler")


def test_a_handler_that_sleeps_too_long_ends_at_the_deadline():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await asyncio.sleep(60)

    with pytest.raises(DeadlineExceeded, match=r"waited 0\.2 s for the response to GET /") as caught:
        TestClient(app, timeout=0.2).get("/")

    assert not isinstance(caught.value, DeadlockDetected)


def test_the_deadline_of_one_call_is_its_timeout_argument():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await asyncio.sleep(60)

    with pytest.raises(DeadlineExceeded, match=r"0\.2 s"):
        TestClient(app).get("/", timeout=0.2)


def test_a_websocket_that_is_silent_is_a_certain_deadlock():
    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket, pytest.raises(DeadlockDetected) as caught:
        websocket.receive_text()

    assert "a message from the app on the WebSocket /ws" in str(caught.value)
    assert "apps.py:" in str(caught.value)


def test_a_websocket_that_is_never_accepted_is_a_certain_deadlock():
    async def app(scope, receive, send):
        await receive()
        await asyncio.Event().wait()  # line of the missing accept

    with pytest.raises(DeadlockDetected) as caught, TestClient(app).websocket_connect("/ws"):
        pass

    assert_names_line(caught.value, "# line of the missing " + "accept")


def test_an_app_that_returns_without_accepting_broke_a_rule():
    async def app(scope, receive, send):
        await receive()

    with pytest.raises(ProtocolViolation, match="ASGI-WS-001"), TestClient(app).websocket_connect("/ws"):
        pass


def test_receiving_after_the_app_has_returned_is_a_disconnect():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})

    client = TestClient(app, ignore=["ASGI-WS-014"])
    with client.websocket_connect("/ws") as websocket, pytest.raises(WebSocketDisconnect) as caught:
        websocket.receive_text()

    assert caught.value.code == 1006


def test_an_app_that_waits_for_the_disconnect_before_answering_is_a_certain_deadlock():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        while (await receive())["type"] != "http.disconnect":  # line that waits for the disconnect
            pass

    with pytest.raises(DeadlockDetected) as caught:
        TestClient(app).get("/")

    assert_names_line(caught.value, "# line that waits for the " + "disconnect")


def test_a_startup_that_says_failed_without_raising_fails_at_once():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(LifespanFailed, match="startup failed: no database"), TestClient(app):
        pytest.fail("the block was entered")


def test_a_startup_that_blocks_is_a_certain_deadlock():
    async def app(scope, receive, send):
        await receive()
        await asyncio.Event().wait()  # line of the blocked startup

    with pytest.raises(DeadlockDetected) as caught, TestClient(app):
        pytest.fail("the block was entered")

    assert_names_line(caught.value, "# line of the blocked " + "startup")


def test_a_shutdown_that_blocks_is_a_certain_deadlock():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.Event().wait()  # line of the blocked shutdown

    with pytest.raises(DeadlockDetected) as caught, TestClient(app):
        pass

    assert_names_line(caught.value, "# line of the blocked " + "shutdown")


def test_the_test_keeps_its_own_exception_when_shutdown_blocks():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError) as caught, TestClient(app):
        _ = 1 / 0

    assert "would wait forever for the app's shutdown" in "".join(caught.value.__notes__)


def test_the_websocket_method_of_the_http_library_reaches_the_websocket():
    with TestClient(apps.echo_socket).websocket("/ws") as websocket:
        websocket.send_text("hi")

        assert websocket.receive_text() == "hi"


def test_leaving_a_websocket_whose_app_ignores_the_disconnect_ends():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.Event().wait()

    records = []
    with observe(records.append), TestClient(app).websocket_connect("/ws"):
        pass

    assert records[0].ignored_disconnect


def test_the_error_of_a_deadline_is_the_http_librarys_as_well():
    """Code that catches httpx.ReadTimeout, or TimeoutError, catches ours."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await asyncio.sleep(60)

    client = TestClient(app, timeout=0.1)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/")
    with pytest.raises(TimeoutError):
        client.get("/")
