"""What a test holds in its hands on a WebSocket: send, receive, close, iterate.

The conversation itself is a `Session`; `WebSocketTestSession` is its synchronous door, made for
``starlette.testclient``'s session to be swapped for it, and `AsyncWebSocketTestSession` its asynchronous one.

Depends on: session, websocket_errors, driver, errors, http_library.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Literal, Self

from asgitest.testclient.driver import complete
from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import httpx
from asgitest.testclient.session import UNSET
from asgitest.testclient.websocket_errors import WebSocketDenialResponse, WebSocketDisconnect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from contextlib import ExitStack
    from types import TracebackType

    from asgitest.testclient.asgi import Message, Scope
    from asgitest.testclient.driver import Driver
    from asgitest.testclient.session import Session
    from asgitest.testclient.wire import Wire

__all__ = [
    "AsyncWebSocketTestSession",
    "WebSocketDenialResponse",
    "WebSocketDisconnect",
    "WebSocketTestSession",
]


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
    def portal_factory(self) -> Generator[Any]:
        """Enter the portal of the session, as Starlette's sessions do."""
        yield self.portal

    @property
    def close_code(self) -> int | None:
        """The code the app closed with; ``None`` while it has not."""
        return self._session.exchange.close_code

    @property
    def unread(self) -> int:
        """How many messages the app has sent that the test has not received."""
        return len(self._session.exchange.outgoing)

    @property
    def close_reason(self) -> str | None:
        """The reason the app closed with."""
        return self._session.exchange.close_reason

    @property
    def headers(self) -> httpx.Headers:
        """The headers the app accepted with."""
        return httpx.Headers(self.extra_headers or [])

    @property
    def wire(self) -> Wire:
        """The connection below a session that was made with ``wire=True``: its frames, and whether it is compressed.

        Raises:
            MisuseError: If there is none.
        """
        if self._session.wire is None:
            raise MisuseError("this session has no wire; connect with websocket_connect(url, wire=True)")
        return self._session.wire

    def _opened(self) -> None:
        self.accepted_subprotocol = self._session.subprotocol
        self.extra_headers = self._session.headers


_BYTES = frozenset({bytes, bytearray, memoryview})


def _text_message(data: Any) -> Message:
    if not isinstance(data, str):
        raise MisuseError(f"send_text() takes str, not {type(data).__name__}; send bytes with send_bytes()")
    return {"type": "websocket.receive", "text": data}


def _bytes_message(data: Any) -> Message:
    if type(data) not in _BYTES:
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

    def __del__(self) -> None:
        # A session that was never entered has a loop as well, and nobody else to give it back.
        with contextlib.suppress(Exception):
            self.exit_stack.close()

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
        self._session.send_now(message)

    def send_text(self, data: str) -> None:
        """Send a text message."""
        self._session.send_now(_text_message(data))

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        self._session.send_now(_bytes_message(data))

    def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send *data* as JSON, in a text or a binary message."""
        self._session.send_now(_json_message(data, mode))

    def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close from the client's side: the app receives ``websocket.disconnect`` with this code."""
        complete(self._session.close(code, reason))

    def abort(self) -> None:
        """Drop the connection without a close: the app receives ``websocket.disconnect`` as its server reports that."""
        complete(self._session.abort())

    def receive(self, timeout: float | None = UNSET) -> Message:
        """Receive the app's next raw message: ``websocket.send`` or ``websocket.close``.

        Args:
            timeout: Seconds to wait at most; ``None`` waits without a deadline; the client's timeout if not given.

        Raises:
            DeadlineExceeded: If nothing came in time; `DeadlockDetected` at once if nothing ever can.
        """
        return complete(self._session.receive(timeout))

    def receive_text(self, timeout: float | None = UNSET) -> str:
        """Receive a text message."""
        ready = self._session.ready
        if ready and (text := ready[0].get("text")) is not None:  # as when the app has answered at once
            ready.popleft()
            return str(text)
        return str(complete(self._session.receive_data("text", timeout)))

    def receive_bytes(self, timeout: float | None = UNSET) -> bytes:
        """Receive a binary message."""
        return bytes(complete(self._session.receive_data("bytes", timeout)))

    def receive_json(
        self,
        mode: Literal["text", "binary"] = "text",
        *,
        type: Any = None,  # noqa: A002 - reads best in a call
        timeout: float | None = UNSET,
    ) -> Any:
        """Receive JSON; with ``type=``, a pydantic model or a dataclass, an instance of that."""
        return _load_json(complete(self._session.receive_data(_json_key(mode), timeout)), type)

    def receive_nothing(self, timeout: float = 0.0) -> bool:
        """Whether the app sends nothing; with *timeout* it is watched for so many seconds."""
        return complete(self._session.is_silent(timeout))

    def ping(self, data: bytes = b"") -> bytes:
        """Send a ping and return what the pong carries. Needs ``wire=True``."""
        return complete(self._session.ping(data))

    def send_frame(self, opcode: int, data: bytes, *, final: bool = True) -> None:
        """Send one frame as it is, whether it fits the conversation or not. Needs ``wire=True``."""
        complete(self._session.send_frame(opcode, data, final=final))

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are. Needs ``wire=True``."""
        complete(self._session.send_raw(data))

    def __iter__(self) -> Iterator[str | bytes]:
        """Yield messages until the app closes cleanly; another close raises `WebSocketDisconnect`."""
        while (data := complete(self._session.next_data())) is not None:
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

    async def receive(self, timeout: float | None = UNSET) -> Message:
        """Receive the app's next raw message."""
        return await self._session.receive(timeout)

    async def receive_text(self, timeout: float | None = UNSET) -> str:
        """Receive a text message."""
        return str(await self._session.receive_data("text", timeout))

    async def receive_bytes(self, timeout: float | None = UNSET) -> bytes:
        """Receive a binary message."""
        return bytes(await self._session.receive_data("bytes", timeout))

    async def receive_json(
        self,
        mode: Literal["text", "binary"] = "text",
        *,
        type: Any = None,  # noqa: A002 - reads best in a call
        timeout: float | None = UNSET,
    ) -> Any:
        """Receive JSON; with ``type=``, an instance of that."""
        return _load_json(await self._session.receive_data(_json_key(mode), timeout), type)

    async def receive_nothing(self, timeout: float = 0.0) -> bool:
        """Whether the app sends nothing; with *timeout* it is watched for so many seconds."""
        return await self._session.is_silent(timeout)

    async def ping(self, data: bytes = b"") -> bytes:
        """Send a ping and return what the pong carries. Needs ``wire=True``."""
        return await self._session.ping(data)

    async def send_frame(self, opcode: int, data: bytes, *, final: bool = True) -> None:
        """Send one frame as it is. Needs ``wire=True``."""
        await self._session.send_frame(opcode, data, final=final)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are. Needs ``wire=True``."""
        await self._session.send_raw(data)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield messages until the app closes cleanly."""
        while (data := await self._session.next_data()) is not None:
            yield data
