"""The app as a server calls it: how its lifespan went, which calls run, and a record of each that has ended.

Depends on: the records, traces and overrides of the test client.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import Trace
from asgitest.testclient.errors import LifespanFailed
from asgitest.testclient.observing import ExchangeRecord, show

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CALL_HEADER", "CLIENT_HEADER", "LiveCall", "WatchedApp"]

CALL_HEADER = b"x-asgitest-call"
CLIENT_HEADER = b"x-asgitest-client"
_EXCERPT_BYTES = 65_536


class LiveCall:
    """One call of the app that a client of ours has caused.

    Args:
        method_and_path: For messages.
    """

    def __init__(self, method_and_path: str = "") -> None:
        self.name = method_and_path
        self.ended = threading.Event()
        self.result: ExchangeRecord | None = None

    def record(self) -> ExchangeRecord:
        """All that is known of it.

        Raises:
            RuntimeError: If it has not ended.
        """
        if self.result is None:
            raise RuntimeError(f"the app has not finished {self.name}")
        return self.result

    @property
    def scope(self) -> dict[str, Any]:
        """The scope, as the app has left it."""
        return self.record().scope

    @property
    def trace(self) -> Trace:
        """The ASGI messages."""
        return self.record().trace

    @property
    def findings(self) -> list[Any]:
        """Rules that were broken; a real server is the judge of its app, so there are none."""
        return list(self.record().findings)

    @property
    def exception(self) -> BaseException | None:
        """What the app raised."""
        return self.result.exception if self.result is not None else None


class WatchedApp:
    """Calls *app*, and keeps what a test may ask for.

    Args:
        app: The ASGI 3 app.
        lifespan: Whether the app's own lifespan runs.
    """

    def __init__(self, app: Any, *, lifespan: bool = True) -> None:
        self.app = app
        self.state: dict[str, Any] = {}
        self.loop: asyncio.AbstractEventLoop | None = None
        self.ready = threading.Event()
        """Set when the lifespan has started, or never will."""
        self.failure: BaseException | None = None
        self.variants: dict[bytes, Any] = {}
        """The app as single clients see it, by what they put into `CLIENT_HEADER`."""
        self.calls: dict[bytes, LiveCall] = {}
        """Calls that clients of ours wait for, by what they put into `CALL_HEADER`."""
        self._lifespan_runs = lifespan
        self._running: dict[int, str] = {}
        self._changed = threading.Condition()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the app."""
        self.loop = asyncio.get_running_loop()
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            await self._call(scope, receive, send)

    def running(self) -> list[str]:
        """Method and path of each call that has not ended."""
        with self._changed:
            return list(self._running.values())

    def wait_until_idle(self, seconds: float) -> list[str]:
        """Wait until no call runs.

        Returns:
            The calls that still run after *seconds*.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._running, seconds)
            return list(self._running.values())

    # Lifespan ---------------------------------------------------------------------------------------------------

    async def _lifespan(self, scope: Any, receive: Any, send: Any) -> None:
        if not self._lifespan_runs:
            await _answer_lifespan(receive, send, self.ready)
            return
        failed = ""

        async def watched_send(message: Any) -> None:
            nonlocal failed
            kind = message["type"]
            if kind == "lifespan.startup.complete":
                self.state = scope.get("state", {})
            elif kind == "lifespan.startup.failed":
                failed = message.get("message") or "it gave no message"
                # What the app is handling while it says so. Some servers raise in send(), which would hide it.
                self.failure = sys.exception()
            await send(message)
            if kind == "lifespan.startup.complete":
                self.ready.set()

        try:
            await self.app(scope, receive, watched_send)
        except BaseException as error:
            if failed and self.failure is None:
                self.failure = error
            raise
        finally:
            if failed and self.failure is None:
                self.failure = LifespanFailed("startup", failed)
            self.ready.set()

    # Calls ------------------------------------------------------------------------------------------------------

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        headers, marks = _taken_apart(scope["headers"])
        scope = {**scope, "headers": headers}
        app = self.variants.get(marks.get(CLIENT_HEADER, b""), self.app)
        call = self.calls.pop(marks.get(CALL_HEADER, b""), None) or LiveCall()
        trace = Trace(scope)
        begun = time.perf_counter()
        error: BaseException | None = None

        async def watched_receive() -> Any:
            message = await receive()
            trace.add("->", message)
            return message

        async def watched_send(message: Any) -> None:
            trace.add("<-", message)
            await send(message)

        with self._listed(scope):
            try:
                await app(scope, watched_receive, watched_send)
                trace.add("--", "the app returned")
            except BaseException as raised:
                error = raised
                trace.add("--", f"the app raised {type(raised).__name__}")
                raise
            finally:
                record = _record_of(app, scope, trace=trace, error=error, seconds=time.perf_counter() - begun)
                call.result = record
                show(lambda: record)
                call.ended.set()

    @contextlib.contextmanager
    def _listed(self, scope: Any) -> Any:
        """Count a call among those that run."""
        key = id(scope)
        with self._changed:
            self._running[key] = f"{scope.get('method', 'WebSocket')} {scope['path']}"
        try:
            yield
        finally:
            with self._changed:
                del self._running[key]
                self._changed.notify_all()


async def _answer_lifespan(receive: Any, send: Any, ready: threading.Event) -> None:
    """Stand in for the lifespan of an app whose own runs elsewhere."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        ready.set()
        if message["type"] == "lifespan.shutdown":
            return


def _taken_apart(headers: Iterable[Any]) -> tuple[list[tuple[bytes, bytes]], dict[bytes, bytes]]:
    """The headers of the client, and those that are ours, which the app never sees."""
    kept: list[tuple[bytes, bytes]] = []
    marks: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in {CALL_HEADER, CLIENT_HEADER}:
            marks[name] = bytes(value)
        else:
            kept.append((name, value))
    return kept, marks


def _record_of(
    app: Any, scope: dict[str, Any], *, trace: Trace, error: BaseException | None, seconds: float
) -> ExchangeRecord:
    """Put a call that has ended into a record."""
    messages = trace.messages
    is_http = scope["type"] == "http"
    begin = "http.response" if is_http else "websocket.http.response"
    start: dict[str, Any] = _first(messages, f"{begin}.start")
    answer = start if is_http else _first(messages, "websocket.accept")
    return ExchangeRecord(
        app=app,
        kind=scope["type"],
        scope=scope,
        request_body=_joined(messages, "http.request"),
        status=start.get("status"),
        headers=tuple((bytes(name), bytes(value)) for name, value in answer.get("headers") or ()),
        body=_joined(messages, f"{begin}.body"),
        trace=trace,
        findings=(),
        exception=error,
        duration=seconds,
        ignored_disconnect=False,
        close_code=None if is_http else _close_code(messages),
    )


def _first(messages: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    none: dict[str, Any] = {}
    return next((message for message in messages if message["type"] == kind), none)


def _joined(messages: list[dict[str, Any]], kind: str) -> bytes:
    parts = (message.get("body") for message in messages if message["type"] == kind)
    return b"".join(bytes(part) for part in parts if part)[:_EXCERPT_BYTES]


def _close_code(messages: list[dict[str, Any]]) -> int | None:
    close = _first(messages, "websocket.close")
    return close.get("code", 1000) if close else None
