"""Requests of strangers."""

from __future__ import annotations

from asgitest.conformance.engine.strangers import malformed_requests, without_credentials
from asgitest.conformance.operation import Operation, SecurityScheme
from asgitest.conformance.records import Request

SCHEMES = {
    "token": SecurityScheme(name="token", type="http", scheme="bearer"),
    "key": SecurityScheme(name="key", type="apiKey", location="query", parameter="key"),
}
REQUEST = Request(method="GET", target=b"/a?key=1&q=2", headers=((b"authorization", b"Bearer x"), (b"accept", b"*/*")))


def operation(*names: str) -> Operation:
    return Operation(method="GET", path="/a", security=tuple({name: ()} for name in names))


def test_everything_that_says_who_asks_is_taken_out() -> None:
    """And nothing else."""
    bare = without_credentials(REQUEST, operation("token", "key"), SCHEMES)

    assert bare == Request(method="GET", target=b"/a?q=2", headers=((b"accept", b"*/*"),))


def test_an_operation_that_lets_everybody_in_has_no_strangers() -> None:
    """An empty requirement says so."""
    optional = Operation(method="GET", path="/a", security=({"token": ()}, {}))

    assert without_credentials(REQUEST, optional, SCHEMES) is None
    assert without_credentials(REQUEST, operation(), SCHEMES) is None


def test_made_up_credentials_are_sent_where_real_ones_are() -> None:
    """Of every form."""
    bare = Request(method="GET", target=b"/a")

    tokens = [dict(one.headers).get(b"authorization") for one in malformed_requests(bare, operation("token"), SCHEMES)]
    keys = [one.target for one in malformed_requests(bare, operation("key"), SCHEMES)]

    assert {b"Bearer ", b"Bearer a.b.c", b"Bearer"} <= set(tokens)
    assert b"/a?key=asgitest" in keys
