"""The conversation on a WebSocket whose messages go through frames and bytes.

The app call and its exchange are those of any `Session`; between them and the test lies a `Wire`.

Depends on: session, wire, websocket_errors.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from asgitest.testclient.session import UNSET, Session
from asgitest.testclient.websocket_errors import disconnect_error
from asgitest.testclient.wire import HandshakeFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.testclient.asgi import Message
    from asgitest.testclient.call import SocketCall
    from asgitest.testclient.wire import Wire

__all__ = ["WireSession"]


class WireSession(Session):
    """The conversation on one WebSocket, carried by frames.

    Args:
        call: The app call, not begun.
        wire: The connection, its handshake asked for.
        timeout: Seconds that each wait may take; ``None`` for no deadline.
        context: Builds the context that the app runs in.
    """

    def __init__(
        self, call: SocketCall, wire: Wire, *, timeout: float | None, context: Callable[[], Any] | None = None
    ) -> None:
        super().__init__(call, timeout=timeout, context=context)
        self._wire = self.wire = wire
        self.ready = wire.to_test
        self._closed: Message | None = None

    async def open(self) -> None:
        """Connect, wait for the app to accept, and finish the handshake.

        Raises:
            WebSocketDisconnect: If the app closed instead, or one side refused the other's handshake (1002).
        """
        await super().open()
        try:
            self._wire.accept(self.subprotocol, self.headers)
        except HandshakeFailed as problem:
            await self.leave(raise_app_error=False)
            raise disconnect_error(1002, f"the client refused the handshake: {problem}") from None

    def _feed(self, message: Message) -> None:
        if not self._wire.is_open:
            super()._feed(message)
            return
        if message["type"] == "websocket.disconnect":
            self._wire.client_closes(message.get("code", 1005), message.get("reason"))
            self._client_closed = True
        else:
            self._wire.client_sends(message)
        self._deliver()

    def _deliver(self) -> None:
        """Give the app what has reached its server."""
        arrived = self._wire.to_app
        while arrived:
            message = arrived.popleft()
            if message["type"] == "websocket.disconnect":
                self.exchange.client_closed(message["code"], message["reason"])
            else:
                self.exchange.client_sent(message)
        self.call.wake_app()

    async def receive(self, timeout: float | None = UNSET) -> Message:
        """Receive the next message that reaches the client.

        Raises:
            WebSocketDisconnect: If the close has been received before, or the app ended without one.
            DeadlineExceeded: If nothing came in time.
        """
        arrived = self._wire.to_test
        while not arrived:
            if self._closed is not None:
                raise disconnect_error(self._closed["code"], self._closed["reason"])
            message = await super().receive(timeout)
            await self.call.driver.poke(self._carry, message)
        message = arrived.popleft()
        if message["type"] == "websocket.close":
            self._closed, self._close_seen = message, True
        return message

    def _carry(self, message: Message) -> None:
        """Carry a message of the app to the client, and the answer back."""
        if message["type"] == "websocket.close":
            self._wire.app_closes(message["code"], message["reason"])
        else:
            self._wire.app_sends(message)
        self._deliver()

    def _has_news(self) -> bool:
        return bool(self._wire.to_test) or super()._has_news()

    # Frames -------------------------------------------------------------------------------------------------------

    async def ping(self, data: bytes) -> bytes:
        """Send a ping and return what the pong carries."""
        await self.call.driver.poke(self._act, self._wire.ping, data)
        return self._wire.pongs[-1]

    async def send_frame(self, opcode: int, data: bytes, *, final: bool) -> None:
        """Send one frame as it is."""
        await self.call.driver.poke(self._act, functools.partial(self._wire.send_frame, opcode, final=final), data)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        await self.call.driver.poke(self._act, self._wire.send_raw, data)

    def _act(self, act: Callable[[bytes], None], data: bytes) -> None:
        act(data)
        self._deliver()
