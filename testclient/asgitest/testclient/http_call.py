"""One call of the app for an HTTP request: body chunks handed to the front, uploads pulled, files read.

Source: ASGI ``www``, HTTP, and the extensions that send files.
Depends on: call, driver, ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import HTTPExchange
from asgitest.testclient.asgi.kinds import class_of, is_dict
from asgitest.testclient.call import GRACE_SECONDS, AppCall
from asgitest.testclient.judged import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from asgitest.testclient.asgi import Message, Scope
    from asgitest.testclient.call import ASGIApp
    from asgitest.testclient.driver import Driver, Signal
    from asgitest.testclient.policy import Policy

__all__ = ["HTTPCall", "Upload"]

_TURN_EVERY = 256
"""After so many body messages ``send()`` lets the loop turn, so that an endless response keeps no deadline away."""


class HTTPCall(AppCall[HTTPExchange]):
    """An app call for one HTTP request.

    Args:
        streaming: Whether each chunk waits until the front has taken it, without a buffer, so that back-pressure is
            real; else all chunks are collected.
    """

    upload: Upload | None = None
    _taken: Signal | None = None
    _flows = False
    """Whether chunks that come now are collected, to be counted later."""
    _counted = 0
    _until_turn = _TURN_EVERY

    def __init__(
        self,
        app: ASGIApp,
        exchange: HTTPExchange,
        *,
        scope: Scope,
        driver: Driver,
        policy: Policy,
        streaming: bool = False,
    ) -> None:
        super().__init__(app, exchange, scope=scope, driver=driver, policy=policy)
        self.streaming = streaming
        self.chunks: deque[bytes] = deque()

    async def receive(self) -> Message:
        """Give the app its next message; a lazy upload is asked for its next item only now."""
        if self.finished:
            self.judge(self.exchange.app_asked_late())
        next_message = self.exchange.next_message
        while True:
            message = next_message()
            if message is not None:
                return message
            if self.upload is not None:
                await self._pull(self.upload)
            else:
                if self._wake is None:
                    self._wake = self.driver.signal()
                await self._wake.wait()

    async def send(self, message: Any = NOT_GIVEN, /, *more: Any, **named: Any) -> None:  # noqa: C901 - see below
        """Take a message of the app; while streaming, return when the client has taken the bytes.

        Raises:
            ProtocolViolation: If the message breaks a MUST rule and the policy is strict.
            ClientDisconnected: If the client has left and the profile's servers raise then.
        """
        __tracebackhide__ = True
        if self._flows:
            # Long streams consist of such messages, so what makes one is written out, and counted when the flow ends:
            # a call more for each would be a quarter of what it costs.
            try:
                if (
                    class_of(message) is dict
                    and message["more_body"] is True
                    and class_of(body := message["body"]) is bytes
                    and message["type"] == "http.response.body"
                    and len(message) == 3  # noqa: PLR2004
                    and not (more or named)
                ):
                    self.chunks.append(body)
                    if not len(self.chunks) % _TURN_EVERY:
                        await _Turn()
                    return
            except Exception:  # noqa: BLE001, S110 - a key of the app's that is not there, or raises; the exchange says so
                pass
            self._end_flow()
        if more or named or message is NOT_GIVEN:
            message = self.find_message((message, *more), named)
        exchange = self.exchange
        if exchange.take_usual(message):
            if exchange.chunk:
                self.chunks.append(exchange.chunk)
        elif not self._take(message):
            await self._send_to_nobody()
            return
        if self.streaming:
            await self._hand_over(_is_body(message))
        elif exchange.flows:
            self._flows, self._counted = True, len(self.chunks)
        if exchange.response_complete and self._wake is not None:
            self.wake_app()
        self._until_turn -= 1
        if not self._until_turn:
            await self._turn()

    def _end_flow(self) -> None:
        """Count the chunks that have come in one flow."""
        self._flows = False
        chunks = list(islice(self.chunks, self._counted, None))
        if chunks:
            self.exchange.take_chunks(chunks)

    def settle_trace(self) -> None:
        """Have all that was sent in the trace, for whoever looks at it while the app goes on."""
        if self._flows:
            self._end_flow()

    def _take(self, message: Any) -> bool:
        """Judge a message, and keep its bytes for the front; tell whether there is still a client for them."""
        __tracebackhide__ = True
        exchange = self.exchange
        findings = exchange.app_sent(message)
        if findings:
            self.judge(findings, message)
        if exchange.disconnected:
            return False
        if exchange.chunk:
            self.chunks.append(exchange.chunk)
        if exchange.file is not None:
            self._send_file(exchange.file)
        return True

    async def _turn(self) -> None:
        """Let the loop turn once."""
        self._until_turn = _TURN_EVERY
        await _Turn()

    async def _send_to_nobody(self) -> None:
        """Do what the profile's server does with a message after the client has left."""
        if self.exchange.profile.after_disconnect == "raise":
            raise self.gone("the client has disconnected; nobody reads what is sent from here on")
        await _Turn()

    def _send_file(self, message: Message) -> None:
        """Read the file of a pathsend or zerocopysend message, as the server would."""
        try:
            data = _read_file(message)
        except (OSError, ValueError):  # the latter for a NUL in the path
            if message["type"] == "http.response.pathsend":
                self.judge(self.exchange.file_missing(message["path"]), message)
            raise
        findings = self.exchange.file_sent(len(data))
        if findings:
            self.judge(findings, message)
        if data:
            self.chunks.append(data)

    async def _hand_over(self, is_body: bool) -> None:
        """Show the front that something has come, and wait until it is taken; an empty chunk is taken as well."""
        if is_body and not self.chunks and not self.exchange.response_complete:
            self.chunks.append(b"")
        self.notify_front()
        while self.chunks and not self.exchange.disconnected:
            self._taken = taken = self.driver.signal()
            await taken.wait()

    async def _pull(self, upload: Upload) -> None:
        """Ask the upload for its next item and make it the next message."""
        item = await upload.next_item()
        if item is None:
            self.upload = None
            self.exchange.client_sent(b"", more=False)
        else:
            self.exchange.client_sent(item, more=True)

    # Fronts -------------------------------------------------------------------------------------------------------

    def take(self) -> bytes:
        """Take all bytes that have come and let the app go on. On the loop side only."""
        data = b"".join(self.chunks)
        self.chunks.clear()
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.set()
        return data

    def take_one(self) -> bytes | None:
        """Take the oldest chunk and let the app go on. On the loop side only.

        Returns:
            The chunk, or ``None`` if there is none.
        """
        if not self.chunks:
            return None
        data = self.chunks.popleft()
        if not self.chunks:
            taken, self._taken = self._taken, None
            if taken is not None:
                taken.set()
        return data

    def disconnect(self) -> None:
        """The client leaves: the app's next ``receive()`` says so. On the loop side only."""
        self.settle_trace()
        self.exchange.client_disconnected()
        self.chunks.clear()
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.set()
        self.wake_app()

    def _drop(self) -> None:
        self.disconnect()
        super()._drop()

    async def leave(self, *, grace: float = GRACE_SECONDS) -> None:
        """Disconnect as a client does, give the app *grace* seconds to notice, then cancel it and say so."""
        if self.finished:
            return
        complete = self.exchange.response_complete
        await self.driver.poke(self.disconnect)
        if not await self.end(grace=grace) and not complete:
            self.ignored_disconnect = True


class Upload:
    """A request body that is pulled item by item.

    Args:
        items: What the user gave, or what the HTTP library made of it: iterable or async iterable of bytes.
    """

    __slots__ = ("_async_items", "_items")

    def __init__(self, items: Any) -> None:
        self._items: Iterator[bytes] | None = None
        self._async_items: AsyncIterator[bytes] | None = None
        if hasattr(items, "__iter__"):
            self._items = iter(items)
        else:
            self._async_items = aiter(items)

    async def next_item(self) -> bytes | None:
        """Pull one item; ``None`` at the end."""
        if self._items is not None:
            return next(self._items, None)
        if self._async_items is None:  # pragma: no cover - one of the two is always set
            return None
        return await anext(self._async_items, None)


class _Turn:
    """Awaited, lets other callbacks of the loop run once. On asyncio a bare yield does that."""

    def __await__(self) -> Generator[Any, Any, None]:
        trio = sys.modules.get("trio")
        if trio is not None and trio.lowlevel.in_trio_run():
            yield from trio.lowlevel.checkpoint().__await__()
        else:
            yield


def _is_body(message: Any) -> bool:
    return is_dict(message) and message.get("type") == "http.response.body"


def _read_file(message: Message) -> bytes:
    """Read what a pathsend or zerocopysend message points to."""
    if message["type"] == "http.response.pathsend":
        with open(message["path"], "rb") as file:  # noqa: PTH123 - the server opens the path as given
            return file.read()
    descriptor = message["file"].fileno()
    offset, count = message.get("offset"), message.get("count")
    if offset is None:
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
    if count is None:
        count = max(os.fstat(descriptor).st_size - offset, 0)
    return os.pread(descriptor, count, offset)
