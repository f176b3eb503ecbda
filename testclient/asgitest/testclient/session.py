"""The conversation on one WebSocket, written once, as coroutines.

Source: ASGI ``www``, WebSocket; RFC 6455 for close codes.
Depends on: call, driver, websocket_errors, errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from asgitest.testclient.call import GRACE_SECONDS, SocketCall
from asgitest.testclient.driver import Outcome
from asgitest.testclient.errors import MisuseError
from asgitest.testclient.websocket_errors import denial_error, disconnect_error

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from asgitest.testclient.asgi import Message
    from asgitest.testclient.websocket_errors import WebSocketDisconnect
    from asgitest.testclient.wire import Wire

__all__ = ["UNSET", "Session"]

UNSET: Any = object()
"""The default of ``timeout=``: the client's, since ``None`` means no deadline."""

_CLEAN_CODES = frozenset({1000, 1001})


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
        self.ready: deque[Message] = call.exchange.outgoing
        """What has come, and was not received."""
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
        self.call.start(self._context() if self._context else None, timeout=self.timeout)
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
        self._refuse_after_close()
        await self.call.driver.poke(self._feed, message)

    def send_now(self, message: Message) -> None:
        """Do what `send` does, for a synchronous client."""
        self._refuse_after_close()
        self.call.driver.poke_now(self._feed, message)

    def _refuse_after_close(self) -> None:
        if self.call.concluded:
            raise MisuseError("this WebSocket was left with its with block; nothing can be sent on it any more")
        if self._close_seen:
            raise MisuseError(
                f"this WebSocket was closed with code {self.exchange.close_code}; nothing can be sent on it any more"
            )

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

    async def receive(self, timeout: float | None = UNSET) -> Message:
        """Receive the next message of the app: ``websocket.send`` or ``websocket.close``.

        Raises:
            WebSocketDisconnect: If the app has closed before, or ended without a close.
            DeadlineExceeded: If nothing came in time.
        """
        outgoing = self.exchange.outgoing
        if not outgoing:
            seconds = self.timeout if timeout is UNSET else timeout
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

    async def receive_data(self, key: Literal["text", "bytes"], timeout: float | None = UNSET) -> Any:
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

    async def next_data(self) -> str | bytes | None:
        """Receive the payload of the next message; ``None`` after a clean close.

        Raises:
            WebSocketDisconnect: If the app closed with another code than 1000 and 1001.
        """
        message = await self.receive()
        if message["type"] == "websocket.close":
            if message["code"] in _CLEAN_CODES:
                return None
            raise disconnect_error(message["code"], message["reason"])
        text: str | None = message.get("text")
        data: bytes = message.get("bytes") or b""
        return text if text is not None else data

    # Frames, which only a session on the wire has -------------------------------------------------------------------

    wire: Wire | None = None

    async def ping(self, data: bytes) -> bytes:
        """Send a ping and return what the pong carries."""
        raise _no_frames("ping", data)

    async def send_frame(self, opcode: int, data: bytes, *, final: bool) -> None:
        """Send one frame as it is."""
        raise _no_frames("send_frame", opcode, data, final)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        raise _no_frames("send_raw", data)


def _no_frames(method: str, *_: object) -> MisuseError:
    return MisuseError(f"{method}() needs frames; connect with websocket_connect(url, wire=True)")
