"""Family ``websocket``: what a session may not do.

Source: ASGI ``www``, WebSocket; RFC 6455. Depends on: the records.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgitest.conformance.checks.crashes import root_exception
from asgitest.conformance.checks.protocol import check_exchange_rules
from asgitest.conformance.checks.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.records import SocketRecord

__all__ = ["check_socket"]

_AFTER_CLOSE = "once a close message has been sent"
_CLOSE_CODE = "ASGI-WS-011"
_ENDINGS = frozenset({"WebSocketDisconnect", "ClientDisconnected", "ConnectionClosed", "WebSocketException"})


def check_socket(record: SocketRecord, *, framework: str = "") -> Iterator[Violation]:
    """Check one session.

    Args:
        record: What was seen.
        framework: Name of the adapter.
    """
    for violation in check_exchange_rules(record):
        echoed = framework == "litestar" and violation.rule == _CLOSE_CODE and record.request.close_code is None
        yield replace(violation, quirk="litestar.close-code-echoed") if echoed else violation
    if record.hung:
        yield Violation(
            check="websocket.hangs", message="The handshake was neither accepted nor refused.", cause=("handshake",)
        )
    if record.hung_after_disconnect:
        yield Violation(
            check="websocket.disconnect-leaks-task",
            message="The endpoint did not end after the client had left.",
            cause=("disconnect",),
        )
    if record.exception is not None:
        yield from _check_exception(record)
    elif record.accepted and record.close_code is None and not record.hung_after_disconnect and _left_open(record):
        yield Violation(
            check="websocket.no-close-on-error",
            message="The endpoint returned and left the session open.",
            cause=("open",),
        )


def _left_open(record: SocketRecord) -> bool:
    """Tell whether the app returned before the client had left."""
    return record.returned_first


def _check_exception(record: SocketRecord) -> Iterator[Violation]:
    assert record.exception is not None  # noqa: S101  asked before
    error = root_exception(record.exception)
    if type(error).__name__ in _ENDINGS:
        return
    text = str(error)
    if _AFTER_CLOSE in text:
        yield Violation(
            check="websocket.send-after-close",
            message=f"The endpoint sends after it has closed: {text}",
            cause=("after close",),
            exception=error,
            expected="Nothing is sent after websocket.close.",
            actual=text,
        )
        return
    wrong_kind = isinstance(error, KeyError) and text in {"'text'", "'bytes'"} and _other_kind(record, text)
    yield Violation(
        check="websocket.bad-frame-type" if wrong_kind else "websocket.unhandled-exception",
        message=f"{type(error).__name__} escaped the endpoint: {text}",
        cause=(type(error).__name__,),
        exception=error,
        actual=f"{type(error).__name__}: {text}",
        quirk="starlette.websocket-frame-kind" if wrong_kind and _in_starlette(error) else None,
    )


def _other_kind(record: SocketRecord, missing: str) -> bool:
    """Whether the client sent a message of the kind that lacks this key."""
    other = bytes if missing == "'text'" else str
    return any(isinstance(message, other) for message in record.request.sends)


def _in_starlette(error: BaseException) -> bool:
    """Tell whether the innermost frame is Starlette's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("starlette.")
