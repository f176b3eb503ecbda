"""Runs one case against the app, in process, on one event loop: ``await app(scope, receive, send)`` and nothing around.

An :class:`Executor` owns the loop, the lifespan and the deadlines. What it returns are records; it judges nothing.
Requests are sent by :mod:`~asgitest.conformance.execute_http`, WebSocket sessions are played by
:mod:`~asgitest.conformance.execute_socket`, the lifespan by :mod:`~asgitest.conformance.execute_lifespan`.

Source: ASGI 3.0. Depends on: the test client's core, the records, the deadlines.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import unquote_to_bytes

from asgitest.conformance.deadlines import Deadlines
from asgitest.conformance.execute_http import HTTPRun
from asgitest.conformance.execute_lifespan import LifespanRun
from asgitest.conformance.execute_socket import SocketRun
from asgitest.testclient.asgi import UVICORN, build_http_scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, MutableMapping

    from asgitest.conformance.records import Exchange, LifespanRecord, Request, SocketRecord, SocketRequest

    Application = Callable[
        [Any, Callable[[], Awaitable[Any]], Callable[[MutableMapping[str, Any]], Awaitable[None]]], Awaitable[Any]
    ]

__all__ = ["Executor", "split_target"]

_T = TypeVar("_T")

_GRACE_SECONDS = 1.0
_HANGS_SECONDS = 0.1
"""What an app whose shutdown did not end once is given from then on."""
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


class Executor:
    """Sends cases to one app on one event loop; a context manager.

    Args:
        app: An ASGI 3 application.
        timeout_seconds: The deadline of one case.
        root_path: The prefix the app is told it is served under.
        watch: Whether the recorder of the white box is asked for what it saw.
        host: ``Host`` for requests that name none.
        origin: ``Origin`` for WebSocket sessions that name none, as browsers send it.
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
        origin: str | None = None,
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
        self.deadlines = Deadlines(self.loop)
        self._host = (b"host", host.encode("ascii", "replace"))
        self.host = host
        self._origin = None if origin is None else (b"origin", origin.encode("ascii", "replace"))
        self._server = host.partition(":")[0]
        self._lifespan: LifespanRun | None = None
        self._stop_seconds = timeout_seconds
        self.restarts = True
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
            self.deadlines.close()
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
        self._lifespan = LifespanRun(self.app, self.deadlines, timeout_seconds=self.timeout_seconds)
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
        record = await lifespan.stop(timeout_seconds=self._stop_seconds)
        if record is not None and record.shutdown == "hung":
            self._stop_seconds = _HANGS_SECONDS
        return record

    async def restart(self) -> LifespanRecord:
        """Shut down and start again: fresh state for apps that keep it in the lifespan, unless they cannot bear it."""
        if not self.restarts and self._lifespan is not None and self.lifespan_record is not None:
            return self.lifespan_record
        await self.stop()
        return await self.start()

    # HTTP

    async def http(self, request: Request) -> Exchange:
        """Send one request and wait for everything that comes of it."""
        return await HTTPRun(self, request, self.scope_of(request)).run()

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
        self.hidden.clear()
        if self._origin is not None and not any(name == b"origin" for name, _ in request.headers):
            request = replace(request, headers=(*request.headers, self._origin))
        run = SocketRun(
            self.app,
            request,
            self.deadlines,
            state=self.state,
            root_path=self.root_path,
            host=self._host,
            timeout_seconds=self.timeout_seconds,
        )
        return replace(await run.run(), hidden=tuple(self.hidden))
