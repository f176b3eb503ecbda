"""What a WebSocket session may not do."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.checks import check_socket
from asgitest.conformance.checks.sockets import check_foreign_origin
from asgitest.conformance.records import RuleBroken, SocketRecord, SocketRequest
from tests.conformance.checks.records import raised

CLOSED_WITH_1005 = RuleBroken(rule="ASGI-WS-011", detail="an endpoint cannot close with the code 1005", level="error")


class WebSocketDisconnect(Exception):
    """As Starlette raises it."""


def record(*, sends: tuple[Any, ...] = (), **more: Any) -> SocketRecord:
    headers = tuple((name.encode(), value.encode()) for name, value in more.pop("headers", {}).items())
    request = SocketRequest(target=b"/ws", sends=sends, headers=headers)
    return SocketRecord(request=request, **{"accepted": True, **more})


def ids(one: SocketRecord) -> list[str]:
    return [violation.check for violation in check_socket(one)]


def test_who_is_refused_is_not_accepted_before() -> None:
    """Once something was said it is no handshake any more."""
    assert ids(record(close_code=1008)) == ["websocket.accept-before-auth"]
    assert ids(record(close_code=1008, received=("bye",))) == []
    assert ids(record(close_code=1000)) == []
    assert ids(record(accepted=False, close_code=1008)) == []


def test_an_exception_that_a_handler_turned_into_a_close_is_seen() -> None:
    """Litestar closes with 4500; a close that the app chose is none."""
    error = raised(KeyError("type"))

    assert ids(record(close_code=4500, hidden=(error,))) == ["websocket.unhandled-exception"]
    assert ids(record(close_code=4000, received=("a",), hidden=(error,))) == []


def test_a_session_is_not_ended_by_another_client_that_has_left() -> None:
    """Its own client's leaving ends it, of course."""
    error = raised(WebSocketDisconnect(1006))

    assert ids(record(exception=error, returned_first=True)) == ["websocket.unhandled-exception"]
    assert ids(record(exception=error, returned_first=False)) == []


def test_a_frame_of_the_other_kind_is_a_warning_where_starlette_raises() -> None:
    """And an error where the app's own line does."""
    (own,) = check_socket(record(sends=(b"x",), exception=raised(KeyError("text"))))

    assert (own.check, own.severity) == ("websocket.bad-frame-type", None)


def test_quart_closes_with_1000_after_an_exception() -> None:
    """Which an endpoint that ends well does, too: the signal tells them apart."""
    crashed = record(close_code=1000, hidden=(raised(ValueError("no number")),))

    assert [one.check for one in check_socket(crashed, framework="quart")] == ["websocket.unhandled-exception"]
    assert ids(record(close_code=1000)) == []


def test_a_cookie_does_not_open_a_session_for_another_site() -> None:
    """If it is the cookie that opens it at all."""
    cookie, origin = {"cookie": "session=1"}, {"cookie": "session=1", "origin": "https://evil.example"}
    opened, closed = record(headers=cookie), record(accepted=False)

    def checks(bare: SocketRecord, foreign: SocketRecord) -> list[str]:
        return [violation.check for violation in check_foreign_origin(opened, bare, foreign)]

    assert checks(closed, record(headers=origin)) == ["websocket.origin-unchecked"]
    assert checks(closed, record(headers=origin, accepted=False)) == []
    assert checks(record(), record(headers=origin)) == []


@pytest.mark.parametrize(
    ("framework", "close_code", "trait"),
    [
        ("litestar", None, "litestar.close-code-echoed"),
        ("litestar", 1000, None),
        ("starlette", None, None),
    ],
)
def test_a_reserved_close_code_is_the_trait_of_litestar_only_where_the_client_was_lost(
    framework: str, close_code: int | None, trait: str | None
) -> None:
    """Litestar answers with the code it got; an app that chooses one itself is wrong."""
    request = SocketRequest(target=b"/ws", close_code=close_code)

    found = list(check_socket(SocketRecord(request=request, broken=(CLOSED_WITH_1005,)), framework=framework))

    assert [(one.check, one.quirk) for one in found] == [("websocket.close-code", trait)]
