"""Sends one HTTP request to the app and records what comes of it.

Source: ASGI ``www``, HTTP. Depends on: the test client's core, the records, the recorder of the white box.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Protocol, cast

from asgitest.conformance.records import Exchange, Response, broken_rules
from asgitest.conformance.routed import was_routed
from asgitest.conformance.whitebox import RECORDER
from asgitest.testclient.asgi import UVICORN, HTTPExchange

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from asgitest.conformance.deadlines import Deadlines
    from asgitest.conformance.records import Request
    from asgitest.conformance.whitebox import Observation

__all__ = ["HTTPRun", "Surroundings"]

_SERVER_ERROR = 500
_LARGEST_BODY = 1 << 21
_MOST_MESSAGES = 2000
_BREATHE = 64
"""After so many messages the loop gets a turn, as it does when a server's buffer is full."""
_GRACE_SECONDS = 1.0
_MOST_AFTER = 3
"""Messages of a stream after the client has left; those that were on their way are none of them."""
_STREAM_SECONDS = 0.4


class Surroundings(Protocol):
    """What a request needs of whoever sends it."""

    app: Callable[..., Awaitable[Any]]
    loop: asyncio.AbstractEventLoop
    deadlines: Deadlines
    timeout_seconds: float
    watch: bool
    traces: bool
    tells_routes: bool
    hidden: list[BaseException]


class HTTPRun:
    """One request on its way.

    Args:
        executor: Sends it.
        request: What is sent.
        scope: Of the request.
    """

    __slots__ = (
        "_body",
        "_cut",
        "_exchange",
        "_executor",
        "_hung",
        "_left_at",
        "_messages",
        "_request",
        "_scope",
        "_size",
        "_stayed",
        "_streams",
        "_task",
        "_waiters",
    )

    def __init__(self, executor: Surroundings, request: Request, scope: dict[str, Any]) -> None:
        self._executor = executor
        self._request = request
        self._scope = scope
        self._exchange = HTTPExchange(self._scope, profile=UVICORN)
        self._body: list[bytes] = []
        self._size = 0
        self._messages = 0
        self._cut = False
        self._hung = False
        self._left_at: int | None = None
        self._stayed = False
        self._streams = False
        self._waiters: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[BaseException | None] | None = None
        self._offer_body()

    def _offer_body(self) -> None:
        """Make the request's body available, in as many messages as asked for."""
        body, chunks = self._request.body, self._request.chunks
        position = 0
        for size in chunks[:-1]:
            self._exchange.client_sent(body[position : position + size], more=True)
            position += size
        self._exchange.client_sent(body[position:], more=False)

    async def run(self) -> Exchange:
        """Run the app and record what happens."""
        executor = self._executor
        if executor.watch:
            RECORDER.begin()
        executor.hidden.clear()
        # CPU time costs a system call; for cases the clock says which ones are worth a second look.
        clock = time.process_time if executor.traces else time.perf_counter
        started = clock()
        self._task = executor.loop.create_task(self._call())
        executor.deadlines.add(self, executor.timeout_seconds, self._deadline)
        try:
            error = await self._task
        except asyncio.CancelledError:
            if not self._hung and not self._cut:
                self._task.cancel()
                raise
            error = None
        finally:
            executor.deadlines.discard(self)
        return self._record(error, clock() - started)

    async def _call(self) -> BaseException | None:
        """Call the app; return what escaped it."""
        try:
            value = await self._executor.app(self._scope, self._receive, self._send)
        except asyncio.CancelledError as error:
            if self._hung or self._cut:
                raise
            self._exchange.app_raised(error)
            return error
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  whatever it is, it is what the app did
            self._exchange.app_raised(error)
            return error
        self._exchange.app_returned(value)
        return None

    async def _receive(self) -> Any:
        exchange = self._exchange
        while True:
            message = exchange.next_message()
            if message is not None:
                return message
            waiter = self._executor.loop.create_future()
            self._waiters.append(waiter)
            await waiter

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        exchange = self._exchange
        exchange.app_sent(cast("dict[str, Any]", message))
        chunk = exchange.chunk
        if chunk and not self._cut:
            self._body.append(chunk)
            self._size += len(chunk)
        self._messages += 1
        if self._messages % _BREATHE == 0:
            await asyncio.sleep(0)
        if exchange.response_complete:
            self._wake()
        elif self._messages > 2 and not self._cut:  # noqa: PLR2004  most responses are two messages
            self._consider_leaving()
        if self._request.disconnect_after is not None and self._messages >= self._request.disconnect_after:
            self._leave()

    def _consider_leaving(self) -> None:
        """Leave a response that does not end: too many messages, too many bytes, or an endless stream of events."""
        if self._size > _LARGEST_BODY or self._messages > _MOST_MESSAGES:
            self._cut = True
            self._leave()
        elif not self._streams:
            content_type = next((v for k, v in self._exchange.headers if k.lower() == b"content-type"), b"")
            self._streams = True
            if content_type.startswith((b"text/event-stream", b"application/x-ndjson", b"application/jsonl")):
                self._executor.loop.call_later(_STREAM_SECONDS, self._leave_stream)

    def _leave_stream(self) -> None:
        """Leave a stream of events that goes on."""
        if self._task is not None and not self._task.done():
            self._cut = True
            self._left_at = self._messages
            self._leave()

    def _leave(self) -> None:
        """Disconnect as a client does, and cancel the app if it does not notice."""
        self._exchange.client_disconnected()
        self._wake()
        self._executor.loop.call_later(_GRACE_SECONDS, self._cancel)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def _deadline(self) -> None:
        """Give up: a response that has begun is left, one that has not is a hang."""
        if self._exchange.response_started and not self._exchange.response_complete:
            self._cut = True
            self._leave()
        else:
            self._hung = True
            self._cancel()

    def _cancel(self) -> None:
        if self._task is not None and not self._task.done():
            self._stayed = self._left_at is not None and self._messages - self._left_at > _MOST_AFTER
            self._task.cancel()
            self._executor.loop.call_later(_GRACE_SECONDS, self._cancel)

    def _record(self, error: BaseException | None, cpu_seconds: float) -> Exchange:
        """Put everything together."""
        exchange, executor = self._exchange, self._executor
        response = None
        if exchange.status is not None:
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            response = Response(
                status=exchange.status,
                headers=tuple(exchange.headers),
                body=body,
                complete=exchange.response_complete,
                truncated=self._cut,
            )
        observation = RECORDER.end() if executor.watch else None
        hidden = self._hidden(error, observation)
        return Exchange(
            request=self._request,
            response=response,
            messages=tuple(exchange.trace.render().splitlines()) if executor.traces else (),
            exception=error,
            hidden=hidden,
            broken=broken_rules(exchange.findings) if exchange.findings else (),
            hung=self._hung,
            routed=was_routed(self._scope, exchange.status) if executor.tells_routes else None,
            cpu_seconds=cpu_seconds,
            observation=observation,
            stayed=self._stayed,
        )

    def _hidden(self, error: BaseException | None, observation: Observation | None) -> tuple[BaseException, ...]:
        """Collect what handlers around the app caught: at a server error all of it, else what a catch-all caught."""
        if observation is None and not self._executor.hidden:
            return ()
        caught = [found for found, boundary in observation.caught if boundary] if observation is not None else []
        if self._executor.hidden and (self._exchange.status or 0) >= _SERVER_ERROR:
            caught = [*self._executor.hidden, *caught]
        return tuple(found for found in caught if found is not error and not hasattr(found, "status_code"))
