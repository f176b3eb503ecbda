"""One call of an app: what is raised in it, what reaches the test, and what ends a wait."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys

import anyio
import apps
import pytest

from asgitest.testclient import DeadlineExceeded, DeadlockDetected, ProtocolViolation, ProtocolWarning, TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"a"}


def sending(*messages, swallow=False):
    """An app that sends *messages*, and goes on after an error if it is to swallow it."""
    raised = []

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        for message in messages:
            try:
                await send(message)
            except Exception as error:
                raised.append(error)
                if not swallow:
                    raise

    app.raised = raised
    return app


@pytest.mark.parametrize(
    ("messages", "rule", "sentence"),
    [
        ([BODY], "ASGI-HTTP-001", 'Received "http.response.body" without "http.response.start"'),
        ([START, START], "ASGI-HTTP-002", 'Received multiple "http.response.start" messages'),
        ([START, {"type": "http.response.bodyy"}], "ASGI-MSG", ""),
        ([{**START, "status": "200"}, BODY], "ASGI-HTTP", ""),
        ([START, {**BODY, "more_body": True}], "ASGI-HTTP", ""),
        ([START, BODY, BODY], "ASGI-HTTP-006", 'Received "http.response.body" after response completed'),
        ([{**START, "status": 99}, BODY], "ASGI-HTTP", ""),
        ([{**START, "headers": [(b"x", b"a\r\nb: c")]}, BODY], "ASGI-HTTP", ""),
        ([{**START, "headers": [(b":status", b"200")]}, BODY], "ASGI-HTTP", ""),
        ([{**START, "headers": [(b"content-length", b"9")]}, BODY], "ASGI-HTTP", ""),
        ([{**START, "headers": [("x", "a")]}, BODY], "ASGI-HTTP", ""),
    ],
    ids=[
        "body before start",
        "two starts",
        "unknown type",
        "status as text",
        "no last body",
        "body after the end",
        "status 99",
        "line break in a header",
        "pseudo-header",
        "wrong length",
        "header of text",
    ],
)
def test_what_servers_refuse_is_refused(messages, rule, sentence):
    """Other clients answer 200 to most of these."""
    with pytest.raises(ProtocolViolation) as caught:
        TestClient(sending(*messages)).get("/")

    assert str(caught.value).startswith(rule)
    assert sentence in str(caught.value)
    assert isinstance(caught.value, AssertionError)


def test_upper_case_header_names_are_refused():
    app = sending({**START, "headers": [(b"X-A", b"b")]}, BODY)

    with pytest.raises((ProtocolViolation, ProtocolWarning), match="ASGI-HTTP"):
        TestClient(app).get("/")


def test_a_violation_that_the_app_swallows_still_reaches_the_test():
    app = sending(START, START, BODY, swallow=True)

    with pytest.raises(ProtocolViolation, match="ASGI-HTTP-002"):
        TestClient(app).get("/")

    assert isinstance(app.raised[0], ProtocolViolation)


def test_a_violation_is_raised_where_the_message_was_sent():
    app = sending(BODY)

    with pytest.raises(ProtocolViolation) as caught:
        TestClient(app).get("/")

    assert app.raised == [caught.value]


def test_legal_messages_without_optional_keys_are_no_violations():
    app = sending({"type": "http.response.start", "status": 204}, {"type": "http.response.body"})

    assert TestClient(app).get("/").status_code == 204


def test_an_app_that_sends_nothing_gave_no_response():
    async def app(scope, receive, send):
        assert scope["type"] == "http"

    with pytest.raises(AssertionError):
        TestClient(app).get("/")


def test_an_exception_is_not_in_a_group_and_carries_the_conversation():
    error = LookupError("mine")

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        async with anyio.create_task_group():
            await receive()
        raise error

    with pytest.raises(LookupError) as caught:
        TestClient(app).get("/items")

    assert caught.value is error
    assert "raised by the app in GET /items" in error.__notes__[0]
    assert "http.request" in error.__notes__[0]


def test_an_exception_that_is_raised_twice_has_one_note():
    error = LookupError("mine")

    async def app(scope, receive, send):
        raise error

    for _ in range(2):
        with pytest.raises(LookupError):
            TestClient(app).get("/")

    assert len(error.__notes__) == 1


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("entered", [False, True])
def test_an_interrupt_raised_by_the_app_reaches_the_test_as_it_is(kind, entered):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        raise kind("mine")

    client = TestClient(apps.with_lifespan(app), raise_server_exceptions=False)
    with pytest.raises(kind, match="mine"), client if entered else contextlib.nullcontext():
        client.get("/")


def test_a_client_is_usable_after_an_interrupt():
    async def app(scope, receive, send):
        if scope["path"] == "/stop":
            raise KeyboardInterrupt
        await apps.respond(send, b"on")

    with TestClient(apps.with_lifespan(app)) as client:
        with pytest.raises(KeyboardInterrupt):
            client.get("/stop")

        assert client.get("/").text == "on"


def test_a_client_is_usable_after_a_deadlock():
    async def app(scope, receive, send):
        if scope["path"] == "/stuck":
            await asyncio.Event().wait()
        await apps.respond(send, b"on")

    with TestClient(apps.with_lifespan(app)) as client:
        with pytest.raises(DeadlockDetected):
            client.get("/stuck")

        assert client.get("/").text == "on"


def test_an_app_that_fails_while_it_is_ended_is_the_cause():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        try:
            await asyncio.sleep(60)
        finally:
            raise LookupError("on the way out")

    with pytest.raises(DeadlineExceeded) as caught:
        TestClient(app, timeout=0.1).get("/")

    assert isinstance(caught.value.__cause__, LookupError)


def test_an_app_that_refuses_to_be_cancelled_is_given_up():
    """After the deadline the app has a second; the test goes on in any case."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        for _ in range(40):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.1)

    with pytest.raises(DeadlineExceeded):
        TestClient(app, timeout=0.1).get("/")


def test_an_app_that_sends_for_ever_without_a_turn_of_the_loop_ends_at_the_deadline():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        while True:
            await send({**BODY, "more_body": True})

    with pytest.raises(DeadlineExceeded):
        TestClient(app, timeout=0.2).get("/")


INTERRUPTED = """
import asyncio, signal, threading, os, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
from asgitest.testclient import TestClient

async def app(scope, receive, send):
    if scope["type"] == "lifespan" and {where!r} != "lifespan":
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        await send({{"type": "lifespan.shutdown.complete"}})
        return
    print("waits", flush=True)
    await asyncio.sleep(60)

def interrupt():
    input()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
try:
    with TestClient(app, driver={driver!r}, timeout=None) as client:
        if {where!r} == "http":
            client.get("/")
        with client.websocket_connect("/ws"):
            pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("driver", ["baton", "public", "thread"])
@pytest.mark.parametrize("where", ["http", "websocket", "lifespan"])
def test_ctrl_c_ends_a_wait(where, driver):
    command = [sys.executable, "-c", INTERRUPTED.format(where=where, driver=driver)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes, text=True) as process:
        first = process.stdout.readline()
        try:
            out, error = process.communicate("\n", timeout=30)
        finally:
            process.kill()

    assert (process.returncode, first, out) == (0, "waits\n", "interrupted\n"), error
