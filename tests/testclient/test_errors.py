"""What test authors can catch, and what it says."""

from __future__ import annotations

import pickle

import apps
import httpx as classic
import pytest

from asgitest.testclient import (
    DeadlineExceeded,
    DeadlockDetected,
    LifespanFailed,
    ProtocolViolation,
    TestClient,
)
from asgitest.testclient.errors import explain, timeout_class
from asgitest.testclient.http_library import httpx

START = {"type": "http.response.start", "status": 200, "headers": []}


async def broken(scope, receive, send):
    assert scope["type"] == "http"
    await apps.read_body(receive)
    await send(START)
    await send({"type": "http.response.body", "body": b"hello", "more_body": True})
    await send(START)


@pytest.fixture
def violation():
    with pytest.raises(ProtocolViolation) as caught:
        TestClient(broken).get("/")
    return caught.value


def test_a_violation_says_what_to_do_and_where_it_stands(violation):
    """What happened, where in the conversation, what to do, and which sentence says so."""
    assert str(violation) == (
        "ASGI-HTTP-002: a response is started once, but message 4 is a second http.response.start (status 200)"
        ' (Received multiple "http.response.start" messages.)\n'
        "  do:    Check whether an error handler answers after the endpoint has begun to.\n"
        "  spec:  ASGI www, Response Start\n"
        "  #1 -> http.request          0 bytes, last\n"
        "  #2 <- http.response.start   200\n"
        "  #3 <- http.response.body    5 bytes, more\n"
        "  #4 <- http.response.start   200          broken here"
    )


def test_an_explanation_shows_as_many_messages_as_asked_for(violation):
    assert "#1" not in explain(violation.finding, violation.trace, last=2)


def test_a_violation_survives_the_way_to_another_process(violation):
    """pytest-xdist sends exceptions between processes; the trace holds the app and stays behind."""
    copy = pickle.loads(pickle.dumps(violation))  # noqa: S301 - made one line above

    assert type(copy) is AssertionError
    assert str(copy) == str(violation)


def test_a_failed_lifespan_carries_its_phase_and_message():
    error = LifespanFailed("startup", "no database")

    assert (error.phase, error.message) == ("startup", "no database")
    assert str(error) == "the app's startup failed: no database"


@pytest.mark.parametrize("kind", [DeadlineExceeded, DeadlockDetected])
def test_a_timeout_can_be_caught_as_that_of_every_http_library(kind):
    joined = timeout_class(kind)

    for base in (kind, TimeoutError, httpx.ReadTimeout, classic.ReadTimeout, httpx.TimeoutException):
        assert issubclass(joined, base)
    assert timeout_class(kind) is joined


def test_a_timeout_stands_alone_where_no_http_library_is_loaded(monkeypatch):
    for name in ("httpx", "httpx2"):
        monkeypatch.delitem(__import__("sys").modules, name, raising=False)

    assert timeout_class(DeadlineExceeded) is DeadlineExceeded


def test_the_text_of_a_timeout_has_its_report_below():
    error = DeadlineExceeded("a message", 2.5, "  the app awaits: something")

    assert str(error).splitlines() == [
        "waited 2.5 s for a message",
        "  do:    look at where the app is stuck below; pass timeout= (or None) if it needs longer",
        "  the app awaits: something",
    ]
    assert str(DeadlineExceeded("a message", 1, "")).count("\n") == 1


def test_the_text_of_a_deadlock_says_that_nothing_will_come():
    error = DeadlockDetected("a message", None, "")

    assert str(error).startswith("would wait forever for a message: nothing in the app is ready, timed, or working")
