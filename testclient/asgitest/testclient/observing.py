"""Watching the traffic of clients: a record of each app call that has ended, for reports, coverage and checks.

Nothing is recorded while nobody watches.

Depends on: ``asgitest.testclient.asgi``, for types.
"""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from asgitest.testclient.asgi import Finding, Trace

__all__ = [
    "ExchangeRecord",
    "build_record",
    "observe",
    "observe_lazily",
    "record_call",
    "show",
    "witnessed",
    "witnesses",
]

_MAX_EXCERPT_BYTES = 65_536
_BYTES = frozenset({bytes, bytearray, memoryview})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRecord:
    """One app call that has ended.

    Args:
        app: What was called.
        kind: ``"http"`` or ``"websocket"``.
        scope: The scope as the app has left it; frameworks put the matched route there.
        request_body: The first 64 KiB of the request body.
        status: Of the response, or of the denial; ``None`` if there was none.
        headers: Of the response, or of the acceptance.
        body: The first 64 KiB of the response body.
        trace: The ASGI messages.
        findings: Every rule that the app broke.
        exception: What the app raised.
        duration: Seconds of real time; 0 if nobody watched when the call began.
        ignored_disconnect: Whether the app had to be cancelled because it went on after the client had left.
        close_code: Of a WebSocket that the app closed.
    """

    app: Any
    kind: str
    scope: dict[str, Any]
    request_body: bytes
    status: int | None
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    trace: Trace
    findings: tuple[Finding, ...]
    exception: BaseException | None
    duration: float
    ignored_disconnect: bool
    close_code: int | None = None


observers: list[Callable[[Callable[[], ExchangeRecord]], object]] = []


@contextlib.contextmanager
def observe(callback: Callable[[ExchangeRecord], object]) -> Generator[None]:
    """Call *callback* with a record of every app call of every client, while the block lasts.

    Args:
        callback: Called in the thread of the client, after the call has ended and before its errors are raised.
    """
    with observe_lazily(lambda build: callback(build())):
        yield


@contextlib.contextmanager
def observe_lazily(callback: Callable[[Callable[[], ExchangeRecord]], object]) -> Generator[None]:
    """Call *callback* with what builds a record, for those who seldom look at one.

    Args:
        callback: As for `observe`; what it is given returns the same record each time.
    """
    observers.append(callback)
    try:
        yield
    finally:
        observers.remove(callback)


witnesses: list[Callable[[Any, Any], object]] = []


@contextlib.contextmanager
def witnessed(witness: Callable[[Any, Any], object]) -> Generator[None]:
    """While the block lasts, statuses of responses know whose they are, and *witness* sees the documents a test reads.

    Args:
        witness: Called with each JSON document and the `Conversation` that it was read from.
    """
    witnesses.append(witness)
    try:
        yield
    finally:
        witnesses.remove(witness)


def record_call(call: Any) -> None:
    """Show an ended call to whoever watches, once."""
    if call.recorded or call.scope["type"] == "lifespan":
        return
    call.recorded = True
    show(functools.cache(functools.partial(build_record, call)))


def show(build: Callable[[], ExchangeRecord]) -> None:
    """Show a record to whoever watches."""
    for observer in tuple(observers):
        observer(build)


def build_record(call: Any) -> ExchangeRecord:
    """Put what is known of an app call into a record."""
    exchange = call.exchange
    is_http = call.scope["type"] == "http"
    messages: list[dict[str, Any]] = [message for message in exchange.trace.messages if isinstance(message, dict)]
    return ExchangeRecord(
        app=call.app,
        kind=call.scope["type"],
        scope=call.scope,
        request_body=_joined(messages, "http.request"),
        status=exchange.status if is_http else exchange.denial_status,
        headers=tuple(exchange.headers if is_http else exchange.accept_headers),
        body=_joined(messages, "http.response.body"),
        trace=exchange.trace,
        findings=tuple(exchange.findings),
        exception=call.error,
        duration=time.perf_counter() - call.begun if call.begun else 0.0,
        ignored_disconnect=call.ignored_disconnect,
        close_code=None if is_http else exchange.close_code,
    )


def _joined(messages: list[dict[str, Any]], kind: str) -> bytes:
    """Join the bodies of the messages of one type, up to the limit."""
    parts: list[Any] = [message.get("body") for message in messages if message.get("type") == kind]
    joined = b"".join(bytes(part) for part in parts if type(part) in _BYTES)
    return joined[:_MAX_EXCERPT_BYTES]
