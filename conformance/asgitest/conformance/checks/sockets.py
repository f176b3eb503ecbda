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
    from collections.abc import Iterator, Sequence

    from asgitest.conformance.records import SocketRecord

__all__ = ["check_foreign_origin", "check_socket", "check_untrusted_origin"]

_AFTER_CLOSE = "once a close message has been sent"
_CLOSE_CODE = "ASGI-WS-011"
_DISCONNECTS = frozenset({"WebSocketDisconnect", "ClientDisconnected", "ConnectionClosed", "BrokenPipeError"})
_ENDINGS = _DISCONNECTS | {"WebSocketException"}
_REFUSALS = frozenset({1008, 3000, 3003, 4000, 4001, 4003, 4401, 4403})
_INTERNAL = frozenset({1011, 4500})
"""Closes that handlers of exceptions choose."""


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
    if record.exception is not None or _swallowed(record, framework):
        yield from _check_exception(record)
    elif record.accepted and record.close_code is None and not record.hung_after_disconnect and _left_open(record):
        yield Violation(
            check="websocket.no-close-on-error",
            message="The endpoint returned and left the session open.",
            cause=("open",),
        )

    yield from _check_accepted(record)


def _swallowed(record: SocketRecord, framework: str) -> bool:
    """Whether a handler around the endpoint turned an exception into a close of its own: of Quart it is 1000."""
    return bool(record.hidden) and (record.close_code in _INTERNAL or framework == "quart")


def _check_accepted(record: SocketRecord) -> Iterator[Violation]:
    """See whether a client is refused only after it was accepted, before it has said anything."""
    if record.accepted and record.close_code in _REFUSALS and not record.received and not record.sent:
        yield Violation(
            check="websocket.accept-before-auth",
            message=f"The session is accepted, and closed with {record.close_code} before anything was said.",
            cause=("accepted",),
            expected="websocket.close in place of websocket.accept, which is answered with 403.",
            actual=f"accept, then close {record.close_code}",
        )


def check_foreign_origin(plain: SocketRecord, bare: SocketRecord, foreign: SocketRecord) -> Iterator[Violation]:
    """See whether a session that a cookie opens is opened for a page of another site, too.

    Args:
        plain: With the cookie: accepted.
        bare: The same without any cookie: refused.
        foreign: The same as the first, with an Origin that is not the app's.
    """
    if _is_open(plain) and not _is_open(bare) and not bare.hung and _is_open(foreign):
        origin = next(value for name, value in foreign.request.headers if name == b"origin").decode("latin-1")
        yield Violation(
            check="websocket.origin-unchecked",
            message=f"A cookie opens the session, and it is opened for Origin: {origin}, too.",
            cause=("origin",),
            expected="websocket.close before it is accepted.",
            actual="websocket.accept",
        )


def check_untrusted_origin(foreign: SocketRecord, *, trusted: Sequence[str]) -> Iterator[Violation]:
    """See whether a session is opened for a page of a site that the user does not trust.

    Args:
        foreign: With an Origin that is none of those trusted.
        trusted: The others.
    """
    if _is_open(foreign):
        origin = next(value for name, value in foreign.request.headers if name == b"origin").decode("latin-1")
        yield Violation(
            check="websocket.origin-unchecked",
            message=f"The session is opened for Origin: {origin}, and trusted is only {', '.join(trusted)}.",
            cause=("origin",),
            confidence="firm",
            expected="websocket.close before it is accepted.",
            actual="websocket.accept",
        )


def _is_open(record: SocketRecord) -> bool:
    """Whether a session was accepted and not refused right afterwards."""
    return record.accepted and record.close_code not in _REFUSALS


def _left_open(record: SocketRecord) -> bool:
    """Tell whether the app returned before the client had left."""
    return record.returned_first


def _check_exception(record: SocketRecord) -> Iterator[Violation]:
    given = record.exception if record.exception is not None else record.hidden[0]
    error = root_exception(given)
    name, text = type(error).__name__, str(error)
    if name in _ENDINGS:
        if name in _DISCONNECTS and record.accepted and record.returned_first and record.close_code is None:
            yield _ended_by_another(error)
        return
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
    how = "escaped the endpoint" if record.exception is not None else f"ended the session with {record.close_code}"
    yield Violation(
        check="websocket.bad-frame-type" if wrong_kind else "websocket.unhandled-exception",
        message=f"{name} {how}: {text}",
        cause=(name,),
        exception=error,
        actual=f"{name}: {text}",
        # Nearly every app that calls receive_text() does this; clients send such frames only by mistake.
        severity="warning" if wrong_kind and _in_starlette(error) else None,
    )


def _ended_by_another(error: BaseException) -> Violation:
    return Violation(
        check="websocket.unhandled-exception",
        message=f"{type(error).__name__} ended the session of a client that was there: it sent to one that had left.",
        cause=("another",),
        exception=error,
        expected="Sessions that have ended are forgotten, and sending to one of them fails for nobody else.",
        actual=type(error).__name__,
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
