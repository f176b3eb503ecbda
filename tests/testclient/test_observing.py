"""Watching the traffic of clients."""

from __future__ import annotations

import contextlib

import apps
import pytest

from asgitest.testclient import TestClient, observe
from asgitest.testclient.observing import observers


def test_each_app_call_is_shown_once():
    records = []
    with observe(records.append), TestClient(apps.with_lifespan(apps.mirror)) as client:
        client.post("/a?b=c", content=b"body")
        client.get("/")

    first, second = records
    assert (first.kind, first.status, first.request_body) == ("http", 200, b"body")
    assert first.scope["path"] == "/a"
    assert first.body.startswith(b"{")
    assert (b"content-type", b"application/json") in first.headers
    assert first.exception is None
    assert first.duration > 0
    assert second.scope["path"] == "/"


def test_an_exception_is_shown_as_the_app_raised_it():
    error = LookupError("mine")

    async def app(scope, receive, send):
        raise error

    records = []
    with observe(records.append), contextlib.suppress(LookupError):
        TestClient(app).get("/")

    assert records[0].exception is error
    assert records[0].status is None


def test_a_websocket_is_shown_with_its_close_code():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept", "headers": [(b"x-a", b"1")]})
        await send({"type": "websocket.close", "code": 4001})

    records = []
    with observe(records.append), TestClient(app).websocket_connect("/ws"):
        pass

    assert (records[0].kind, records[0].close_code, records[0].headers) == ("websocket", 4001, ((b"x-a", b"1"),))


def test_the_lifespan_is_no_traffic():
    records = []
    with observe(records.append), TestClient(apps.with_lifespan(apps.hello)):
        pass

    assert records == []


def test_several_watch_at_once_and_stop_when_their_block_ends():
    outer, inner = [], []
    client = TestClient(apps.hello)
    with observe(outer.append):
        with observe(inner.append):
            client.get("/")
        client.get("/")
    client.get("/")

    assert (len(outer), len(inner)) == (2, 1)


def test_a_call_that_began_before_anybody_watched_has_no_duration():
    records = []
    with (
        nobody_watching(),
        contextlib.ExitStack() as watching,
        TestClient(apps.echo_socket).websocket_connect("/ws") as websocket,
    ):
        watching.enter_context(observe(records.append))
        websocket.close()

    assert records[0].duration == 0


@contextlib.contextmanager
def nobody_watching():
    """Take away whoever watches; the plugin may, for failed tests."""
    watching = observers[:]
    observers.clear()
    try:
        yield
    finally:
        observers[:0] = watching


def test_bodies_are_kept_up_to_a_limit():
    records = []
    with observe(records.append):
        TestClient(apps.mirror).post("/", content=b"a" * 100_000)

    assert len(records[0].request_body) == 65_536
    assert len(records[0].body) == 65_536


@pytest.mark.parametrize("body", [b"a", bytearray(b"a"), memoryview(b"a")])
def test_bodies_of_every_bytes_type_are_kept(body):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    records = []
    with observe(records.append):
        TestClient(app, validate="off").get("/")

    assert records[0].body == b"a"
