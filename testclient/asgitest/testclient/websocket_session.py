"""What a test does on a WebSocket: connect, send, receive, close, and see how it was refused.

The conversation is written once, as coroutines (`Session`); `WebSocketTestSession` is its synchronous door, made for
``starlette.testclient``'s session to be swapped for it, and `AsyncWebSocketTestSession` its asynchronous one.

Source: ASGI ``www``, WebSocket; RFC 6455 for close codes.
Depends on: call, driver, errors, http_library.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from asgitest.testclient.call import GRACE_SECONDS, SocketCall
from asgitest.testclient.driver import Outcome, complete
from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import ExitStack
    from types import TracebackType

    from asgitest.testclient.asgi import Message, Scope
    from asgitest.testclient.driver import Driver

__all__ = [
    "AsyncWebSocketTestSession",
    "WebSocketDenialResponse",
    "WebSocketDisconnect",
    "WebSocketTestSession",
]

ModelT = TypeVar("ModelT")
_CLEAN_CODES = frozenset({1000, 1001})
_UNSET: Any = object()


class WebSocketDisconnect(Exception):
    """The app closed the WebSocket, or refused it.

    Where Starlette is loaded, what is raised is a ``starlette.websockets.WebSocketDisconnect`` as well.

    Args:
        code: Close code of RFC 6455, section 7.4; 1006 if the connection ended without a close.
        reason: What the app said about it; empty if it said nothing.
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        Exception.__init__(self, code, reason or "")
        self.code = code
        self.reason = reason or ""

    def __str__(self) -> str:
        return f"the WebSocket was closed with code {self.code}" + (f": {self.reason}" if self.reason else "")


class WebSocketDenialResponse(httpx.Response, WebSocketDisconnect):  # type: ignore[misc]  # a response that is raised
    """The app refused the WebSocket with an HTTP response (extension ``websocket.http.response``)."""

    code = 1006
    reason = ""

    __str__ = Exception.__str__


def disconnect_error(code: int, reason: str | None) -> WebSocketDisconnect:
    """Build the error for a closed WebSocket; it is Starlette's as well where Starlette is loaded."""
    return _also_starlettes(WebSocketDisconnect, "starlette.websockets")(code, reason)


def denial_error(status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> WebSocketDenialResponse:
    """Build the error for a refused WebSocket; it is Starlette's as well where Starlette's client is loaded."""
    kind = _also_starlettes(WebSocketDenialResponse, "starlette.testclient")
    if kind is WebSocketDenialResponse and "starlette.websockets" in sys.modules:
        kind = _joined(WebSocketDenialResponse, sys.modules["starlette.websockets"].WebSocketDisconnect)
    response = kind(status, headers=headers, content=content)
    response.args = (f"the WebSocket was refused with HTTP status {status}",)
    return response


_joined_classes: dict[tuple[type, type], type] = {}


def _also_starlettes(ours: type[ModelT], module_name: str) -> type[ModelT]:
    """Return a class that is *ours* and Starlette's class of the same name, if Starlette is loaded."""
    theirs = getattr(sys.modules.get(module_name), ours.__name__, None)
    if theirs is None or theirs is ours or issubclass(theirs, ours):
        return ours
    if issubclass(ours, httpx.Response) and not issubclass(theirs, httpx.Response):
        return ours
    return _joined(ours, theirs)


def _joined(ours: type[ModelT], theirs: type) -> type[ModelT]:
    """Return the one class that inherits *ours* and *theirs*."""
    key = (ours, theirs)
    if key not in _joined_classes:
        _joined_classes[key] = type(
            ours.__name__, (ours, theirs), {"__module__": ours.__module__, "__doc__": ours.__doc__}
        )
    return _joined_classes[key]


class Session:
    """The conversation on one WebSocket, as coroutines.

    Args:
        call: The app call, not begun.
        timeout: Seconds that each wait may take; ``None`` for no deadline.
        context: Builds the context that the app runs in.
    """

    def __init__(
        self,
        call: SocketCall,
        *,
        timeout: float | None,
        context: Callable[[], Any] | None = None,
    ) -> None:
        self.call = call
        self.exchange = call.exchange
        self.timeout = timeout
        self.subprotocol: str | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.on_accept: Callable[[list[tuple[bytes, bytes]]], None] | None = None
        """Called with the headers that the app accepted with."""
        self._context = context
        self._close_seen = False
        self._client_closed = False

    async def open(self) -> None:
        """Connect, and wait for the app to accept.

        Raises:
            WebSocketDisconnect: If the app closed instead.
            WebSocketDenialResponse: If it answered with an HTTP response.
            DeadlineExceeded: If it did neither in time.
        """
        exchange = self.exchange
        await self.call.start(self._context() if self._context else None)
        await self.call.until(
            self._answered, self.timeout, f"the app to accept the WebSocket {self.call.scope['path']}"
        )
        if exchange.accepted:
            self.subprotocol = exchange.subprotocol
            self.headers = exchange.accept_headers
            if self.on_accept is not None:
                self.on_accept(self.headers)
            return
        error = self._refusal()
        await self.leave(raise_app_error=error is None)
        raise error or disconnect_error(1006, None)

    def _answered(self) -> bool:
        exchange = self.exchange
        return exchange.accepted or exchange.denial_complete or exchange.close_code is not None

    def _refusal(self) -> WebSocketDisconnect | None:
        """What the app said instead of accepting; ``None`` if it ended without an answer."""
        exchange = self.exchange
        if exchange.denial_complete and exchange.denial_status is not None:
            return denial_error(exchange.denial_status, exchange.denial_headers, exchange.denial_body)
        if exchange.close_code is not None:
            return disconnect_error(exchange.close_code, exchange.close_reason)
        return None

    async def send(self, message: Message) -> None:
        """Send one message, ``websocket.receive`` or ``websocket.disconnect``, and let the app react."""
        if self._close_seen:
            raise MisuseError(
                f"this WebSocket was closed with code {self.exchange.close_code}; nothing can be sent on it any more"
            )
        await self.call.driver.poke(self._feed, message)

    def _feed(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.disconnect":
            self._client_closed = True
            self.exchange.client_closed(message.get("code", 1005), message.get("reason"))
        else:
            self.exchange.client_sent(message)
        self.call.wake_app()

    async def close(self, code: int, reason: str | None) -> None:
        """Close from the client's side; closing twice is closing once."""
        if not self._client_closed and not self._close_seen:
            await self.send({"type": "websocket.disconnect", "code": code, "reason": reason})

    async def abort(self) -> None:
        """Drop the connection without a close handshake."""
        self._client_closed = True
        await self.call.driver.poke(self._lose)

    def _lose(self) -> None:
        self.exchange.client_lost()
        self.call.wake_app()

    async def receive(self, timeout: float | None = _UNSET) -> Message:
        """Receive the next message of the app: ``websocket.send`` or ``websocket.close``.

        Raises:
            WebSocketDisconnect: If the app has closed before, or ended without a close.
            DeadlineExceeded: If nothing came in time.
        """
        outgoing = self.exchange.outgoing
        if not outgoing:
            seconds = self.timeout if timeout is _UNSET else timeout
            waiting_for = f"a message from the app on the WebSocket {self.call.scope['path']}"
            await self.call.until(self._has_news, seconds, waiting_for)
        if outgoing:
            return outgoing.popleft()
        return self._ended()

    def _has_news(self) -> bool:
        return bool(self.exchange.outgoing) or self.exchange.close_code is not None

    def _ended(self) -> Message:
        """Say how the session ended, when no message is left."""
        exchange = self.exchange
        if exchange.close_code is None or self.call.error is not None:
            self.call.conclude(stacklevel=5)
        if exchange.close_code is None:
            raise disconnect_error(1006, "the app ended without closing")
        if self._close_seen:
            raise disconnect_error(exchange.close_code, exchange.close_reason)
        self._close_seen = True
        return {"type": "websocket.close", "code": exchange.close_code, "reason": exchange.close_reason or ""}

    async def receive_data(self, key: Literal["text", "bytes"], timeout: float | None = _UNSET) -> Any:
        """Receive a text or a binary message.

        Raises:
            WebSocketDisconnect: If the app closed.
            MisuseError: If the message is of the other kind.
        """
        message = await self.receive(timeout)
        if message["type"] == "websocket.close":
            raise disconnect_error(message["code"], message["reason"])
        value = message.get(key)
        if value is None:
            other, unit = ("bytes", "bytes") if key == "text" else ("text", "characters")
            kind = "binary" if key == "text" else "text"
            size = len(message.get(other) or "")
            raise MisuseError(f"the app sent a {kind} message of {size} {unit}; receive it with receive_{other}()")
        return value

    async def is_silent(self, seconds: float) -> bool:
        """Whether the app sends nothing: at once, or for *seconds*."""
        await self.call.driver.settle()
        if self._has_news() or not seconds or self.call.finished:
            return not self._has_news()
        signal = await self.call.driver.poke(self.call.arm_front)
        outcome = await self.call.driver.wait(signal, seconds)
        return outcome is not Outcome.READY or not self._has_news()

    async def leave(self, *, raise_app_error: bool = True) -> None:
        """Close with 1000, let the app end, cancel it if it does not, and raise what it raised."""
        call = self.call
        if not call.finished:
            open_before = self.exchange.close_code is None and not self._client_closed
            if not self._client_closed:
                await call.driver.poke(self._feed, {"type": "websocket.disconnect", "code": 1000, "reason": None})
            if not await call.end(grace=GRACE_SECONDS) and open_before:
                call.ignored_disconnect = True
        call.conclude(raise_app_error=raise_app_error, stacklevel=5)


class _SessionFace:
    """What both doors show of a session."""

    def __init__(self, session: Session, lease: ExitStack | None = None) -> None:
        self._session = session
        self.exit_stack: Any = lease or contextlib.ExitStack()
        self.app = session.call.app
        self.scope: Scope = session.call.scope
        self.accepted_subprotocol: str | None = None
        self.extra_headers: list[tuple[bytes, bytes]] | None = None

    def on_accept(self, callback: Callable[[list[tuple[bytes, bytes]]], None]) -> None:
        """Call *callback* with the headers that the app accepts with."""
        self._session.on_accept = callback

    @property
    def driver(self) -> Driver:
        """The driver the session runs on."""
        return self._session.call.driver

    @property
    def portal(self) -> Any:
        """An anyio blocking portal on the app's loop."""
        return self.driver.portal()

    @contextlib.contextmanager
    def portal_factory(self) -> Iterator[Any]:
        """Enter the portal of the session, as Starlette's sessions do."""
        yield self.portal

    @property
    def close_code(self) -> int | None:
        """The code the app closed with; ``None`` while it has not."""
        return self._session.exchange.close_code

    @property
    def close_reason(self) -> str | None:
        """The reason the app closed with."""
        return self._session.exchange.close_reason

    @property
    def headers(self) -> httpx.Headers:
        """The headers the app accepted with."""
        return httpx.Headers(self.extra_headers or [])

    def _opened(self) -> None:
        self.accepted_subprotocol = self._session.subprotocol
        self.extra_headers = self._session.headers


def _text_message(data: str) -> Message:
    if not isinstance(data, str):
        raise MisuseError(f"send_text() takes str, not {type(data).__name__}; send bytes with send_bytes()")
    return {"type": "websocket.receive", "text": data}


def _bytes_message(data: bytes) -> Message:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise MisuseError(f"send_bytes() takes bytes, not {type(data).__name__}; send str with send_text()")
    return {"type": "websocket.receive", "bytes": bytes(data)}


def _json_message(data: Any, mode: str) -> Message:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return _text_message(text) if _json_key(mode) == "text" else _bytes_message(text.encode())


def _json_key(mode: str) -> Literal["text", "bytes"]:
    if mode not in {"text", "binary"}:
        raise MisuseError(f"mode={mode!r} does not exist; it is 'text' or 'binary'")
    return "text" if mode == "text" else "bytes"


def _load_json(data: str | bytes, model: Any) -> Any:
    value = json.loads(data)
    if model is None:
        return value
    validate = getattr(model, "model_validate", None)
    return validate(value) if validate is not None else model(**value)


class WebSocketTestSession(_SessionFace):
    """A WebSocket to the app, from a synchronous test. Use it in a ``with`` block."""

    __test__ = False

    def __enter__(self) -> Self:
        try:
            complete(self._session.open())
        except BaseException:
            self.exit_stack.close()
            raise
        self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self.exit_stack:
            try:
                complete(self._session.leave())
            except Exception as app_error:
                # The test's own exception comes first; what the app raised on the way out is noted on it.
                if error is None:
                    raise
                if app_error is not error:
                    error.add_note(f"asgitest: when the WebSocket was left, the app also raised {app_error!r}")

    def send(self, message: Message) -> None:
        """Send a raw ASGI message, ``websocket.receive`` or ``websocket.disconnect``."""
        complete(self._session.send(message))

    def send_text(self, data: str) -> None:
        """Send a text message."""
        complete(self._session.send(_text_message(data)))

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        complete(self._session.send(_bytes_message(data)))

    def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send *data* as JSON, in a text or a binary message."""
        complete(self._session.send(_json_message(data, mode)))

    def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close from the client's side: the app receives ``websocket.disconnect`` with this code."""
        complete(self._session.close(code, reason))

    def abort(self) -> None:
        """Drop the connection without a close: the app receives ``websocket.disconnect`` as its server reports that."""
        complete(self._session.abort())

    def receive(self, timeout: float | None = _UNSET) -> Message:
        """Receive the app's next raw message: ``websocket.send`` or ``websocket.close``.

        Args:
            timeout: Seconds to wait at most; ``None`` waits without a deadline; the client's timeout if not given.

        Raises:
            DeadlineExceeded: If nothing came in time; `DeadlockDetected` at once if nothing ever can.
        """
        return complete(self._session.receive(timeout))

    def receive_text(self, timeout: float | None = _UNSET) -> str:
        """Receive a text message."""
        return str(complete(self._session.receive_data("text", timeout)))

    def receive_bytes(self, timeout: float | None = _UNSET) -> bytes:
        """Receive a binary message."""
        return bytes(complete(self._session.receive_data("bytes", timeout)))

    def receive_json(
        self,
        mode: Literal["text", "binary"] = "text",
        *,
        type: Any = None,  # noqa: A002 - reads best in a call
        timeout: float | None = _UNSET,
    ) -> Any:
        """Receive JSON; with ``type=``, a pydantic model or a dataclass, an instance of that."""
        return _load_json(complete(self._session.receive_data(_json_key(mode), timeout)), type)

    def receive_nothing(self, timeout: float = 0.0) -> bool:
        """Whether the app sends nothing; with *timeout* it is watched for so many seconds."""
        return complete(self._session.is_silent(timeout))

    def __iter__(self) -> Iterator[str | bytes]:
        """Yield messages until the app closes cleanly; another close raises `WebSocketDisconnect`."""
        while (data := complete(_next_data(self._session))) is not None:
            yield data


class AsyncWebSocketTestSession(_SessionFace):
    """A WebSocket to the app, from an asynchronous test. Use it in an ``async with`` block."""

    __test__ = False

    async def __aenter__(self) -> Self:
        await self._session.open()
        self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._session.leave()
        except Exception as app_error:
            if error is None:
                raise
            if app_error is not error:
                error.add_note(f"asgitest: when the WebSocket was left, the app also raised {app_error!r}")

    async def send(self, message: Message) -> None:
        """Send a raw ASGI message, ``websocket.receive`` or ``websocket.disconnect``."""
        await self._session.send(message)

    async def send_text(self, data: str) -> None:
        """Send a text message."""
        await self._session.send(_text_message(data))

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        await self._session.send(_bytes_message(data))

    async def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send *data* as JSON, in a text or a binary message."""
        await self._session.send(_json_message(data, mode))

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close from the client's side."""
        await self._session.close(code, reason)

    async def abort(self) -> None:
        """Drop the connection without a close."""
        await self._session.abort()

    async def receive(self, timeout: float | None = _UNSET) -> Message:
        """Receive the app's next raw message."""
        return await self._session.receive(timeout)

    async def receive_text(self, timeout: float | None = _UNSET) -> str:
        """Receive a text message."""
        return str(await self._session.receive_data("text", timeout))

    async def receive_bytes(self, timeout: float | None = _UNSET) -> bytes:
        """Receive a binary message."""
        return bytes(await self._session.receive_data("bytes", timeout))

    async def receive_json(
        self,
        mode: Literal["text", "binary"] = "text",
        *,
        type: Any = None,  # noqa: A002 - reads best in a call
        timeout: float | None = _UNSET,
    ) -> Any:
        """Receive JSON; with ``type=``, an instance of that."""
        return _load_json(await self._session.receive_data(_json_key(mode), timeout), type)

    async def receive_nothing(self, timeout: float = 0.0) -> bool:
        """Whether the app sends nothing; with *timeout* it is watched for so many seconds."""
        return await self._session.is_silent(timeout)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield messages until the app closes cleanly."""
        while (data := await _next_data(self._session)) is not None:
            yield data


async def _next_data(session: Session) -> str | bytes | None:
    """Receive the payload of the next message; ``None`` after a clean close."""
    message = await session.receive()
    if message["type"] == "websocket.close":
        if message["code"] in _CLEAN_CODES:
            return None
        raise disconnect_error(message["code"], message["reason"])
    text: str | None = message.get("text")
    data: bytes = message.get("bytes") or b""
    return text if text is not None else data
