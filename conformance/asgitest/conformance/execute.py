"""Runs one case against the app, in process, on one event loop: ``await app(scope, receive, send)`` and nothing around.

An :class:`Executor` owns the loop, the lifespan and the deadlines. What it returns are records; it judges nothing.
HTTP is here, WebSocket sessions are in :mod:`~asgitest.conformance.execute_socket`, the lifespan is in
:mod:`~asgitest.conformance.execute_lifespan`.

Source: ASGI 3.0. Depends on: the test client's core, the records, the recorder of the white box.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from urllib.parse import unquote_to_bytes

from asgitest.conformance.execute_lifespan import LifespanRun
from asgitest.conformance.execute_socket import SocketRun
from asgitest.conformance.records import Exchange, Response, RuleBroken
from asgitest.conformance.routed import was_routed
from asgitest.conformance.whitebox import RECORDER
from asgitest.testclient.asgi import UVICORN, HTTPExchange, build_http_scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping

    from asgitest.conformance.records import LifespanRecord, Request, SocketRecord, SocketRequest
    from asgitest.conformance.whitebox import Observation
    from asgitest.testclient.asgi import Finding

    Application = Callable[
        [Any, Callable[[], Awaitable[Any]], Callable[[MutableMapping[str, Any]], Awaitable[None]]], Awaitable[Any]
    ]

__all__ = ["Executor", "broken_rules", "split_target"]

_T = TypeVar("_T")

_SERVER_ERROR = 500
_LARGEST_BODY = 1 << 21
_MOST_MESSAGES = 2000
_BREATHE = 64
"""After so many messages the loop gets a turn, as it does when a server's buffer is full."""
_GRACE_SECONDS = 1.0
_STREAM_SECONDS = 0.4
_NO_EXTENSIONS: dict[str, dict[str, Any]] = {}


def split_target(target: bytes, root_path: str = "") -> tuple[str, bytes, bytes]:
    """Split a request target into path, raw path and query string, as a server does.

    Args:
        target: Origin form.
        root_path: Put before the path.
    """
    raw_path, _, query = target.partition(b"?")
    plain = b"%" not in raw_path
    path = raw_path.decode("latin-1") if plain else unquote_to_bytes(raw_path).decode("utf-8", "replace")
    if root_path:
        return root_path + path, root_path.encode() + raw_path, query
    return path, raw_path, query


def broken_rules(findings: Iterable[Finding]) -> tuple[RuleBroken, ...]:
    """Write findings of the core as values that can be pickled."""
    return tuple(
        RuleBroken(rule=found.rule.id, detail=found.detail, level=_LEVELS[found.level.name], index=found.index)
        for found in findings
    )


_LEVELS: dict[str, Any] = {"ERROR": "error", "WARNING": "warning", "INFO": "info"}


class Executor:
    """Sends cases to one app on one event loop; a context manager.

    Args:
        app: An ASGI 3 application.
        timeout_seconds: The deadline of one case.
        root_path: The prefix the app is told it is served under.
        watch: Whether the recorder of the white box is asked for what it saw.
        host: ``Host`` for requests that name none.
        traces: Whether records hold the messages of their conversation.
        tells_routes: Whether the app's framework puts the endpoint into the scope once a route was found.
        hidden: Where the adapter puts exceptions that handlers are given; emptied before each request.
    """

    def __init__(
        self,
        app: Application,
        *,
        timeout_seconds: float = 5.0,
        root_path: str = "",
        watch: bool = False,
        host: str = "testserver",
        traces: bool = False,
        tells_routes: bool = False,
        hidden: list[BaseException] | None = None,
    ) -> None:
        self.app = app
        self.timeout_seconds = timeout_seconds
        self.root_path = root_path
        self.watch = watch
        self.traces = traces
        self.tells_routes = tells_routes
        self.hidden = hidden if hidden is not None else []
        self.state: dict[str, Any] = {}
        self.loop = asyncio.new_event_loop()
        self._host = (b"host", host.encode("ascii", "replace"))
        self.host = host
        self._server = host.partition(":")[0]
        self._lifespan: LifespanRun | None = None
        self.lifespan_record: LifespanRecord | None = None
        self.loop.set_exception_handler(self._ignore)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @staticmethod
    def _ignore(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
        """Leave what the loop complains about to the checks that look for it."""

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine, usually a batch of cases, to its end."""
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        """End what the app left running and close the loop."""
        if self.loop.is_closed():
            return
        try:
            self.run(self._end())
        finally:
            self.loop.close()

    async def _end(self) -> None:
        """Shut down, then cancel whatever is left."""
        await self.stop()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_GRACE_SECONDS)
        await self.loop.shutdown_asyncgens()

    # Lifespan

    async def start(self) -> LifespanRecord:
        """Start the app's lifespan; what it leaves in the state is copied into every request."""
        self._lifespan = LifespanRun(self.app, timeout_seconds=self.timeout_seconds)
        record = await self._lifespan.start()
        self.state = record.state
        self.lifespan_record = record
        return record

    async def stop(self) -> LifespanRecord | None:
        """Shut the app down; None when it was not started."""
        if self._lifespan is None:
            return None
        lifespan, self._lifespan = self._lifespan, None
        self.state = {}
        return await lifespan.stop()

    async def restart(self) -> LifespanRecord:
        """Shut down and start again: fresh state for apps that keep it in the lifespan."""
        await self.stop()
        return await self.start()

    # HTTP

    async def http(self, request: Request) -> Exchange:
        """Send one request and wait for everything that comes of it."""
        return await _HTTPRun(self, request).run()

    def scope_of(self, request: Request) -> dict[str, Any]:
        """Build the scope of a request."""
        headers = request.headers
        if not any(name == b"host" for name, _ in headers):
            headers = (self._host, *headers)
        path, raw_path, query = split_target(request.target, self.root_path)
        return build_http_scope(
            method=request.method,
            http_version="1.1",
            extensions=_NO_EXTENSIONS,
            scheme="http",
            host=self._server,
            port=80,
            path=path,
            raw_path=raw_path,
            query_string=query,
            headers=list(headers),
            client=("testclient", 50000),
            root_path=self.root_path,
            state=self.state,
            profile=UVICORN,
        )

    async def socket(self, request: SocketRequest) -> SocketRecord:
        """Play one WebSocket session."""
        return await SocketRun(
            self.app,
            request,
            state=self.state,
            root_path=self.root_path,
            host=self._host,
            timeout_seconds=self.timeout_seconds,
        ).run()


class _HTTPRun:
    """One request on its way."""

    __slots__ = (
        "_body",
        "_cut",
        "_exchange",
        "_executor",
        "_hung",
        "_messages",
        "_request",
        "_scope",
        "_size",
        "_streams",
        "_task",
        "_waiters",
    )

    def __init__(self, executor: Executor, request: Request) -> None:
        self._executor = executor
        self._request = request
        self._scope = executor.scope_of(request)
        self._exchange = HTTPExchange(self._scope, profile=UVICORN)
        self._body: list[bytes] = []
        self._size = 0
        self._messages = 0
        self._cut = False
        self._hung = False
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
        loop = executor.loop
        if executor.watch:
            RECORDER.begin()
        executor.hidden.clear()
        # CPU time costs a system call; for cases the clock says which ones are worth a second look.
        clock = time.process_time if executor.traces else time.perf_counter
        started = clock()
        self._task = loop.create_task(self._call())
        alarm = loop.call_later(executor.timeout_seconds, self._deadline)
        try:
            error = await self._task
        except asyncio.CancelledError:
            if not self._hung and not self._cut:
                self._task.cancel()
                raise
            error = None
        finally:
            alarm.cancel()
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
        )

    def _hidden(self, error: BaseException | None, observation: Observation | None) -> tuple[BaseException, ...]:
        """Collect what handlers around the app caught: at a server error all of it, else what a catch-all caught."""
        caught = [found for found, boundary in observation.caught if boundary] if observation is not None else []
        if self._executor.hidden and (self._exchange.status or 0) >= _SERVER_ERROR:
            caught = [*self._executor.hidden, *caught]
        return tuple(found for found in caught if found is not error and not hasattr(found, "status_code"))
