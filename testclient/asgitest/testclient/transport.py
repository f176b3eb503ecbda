"""The transports: an HTTP library's request in, its response out, streamed both ways.

Depends on: server, call, response, http_library.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from asgitest.testclient.driver import complete, make_driver
from asgitest.testclient.http_library import httpx
from asgitest.testclient.response import build_response
from asgitest.testclient.server import DEFAULT_TIMEOUT, InProcessServer
from asgitest.testclient.session import Session
from asgitest.testclient.upgrade import Upgrade
from asgitest.testclient.websocket_session import WebSocketTestSession
from asgitest.testclient.wire import Wire
from asgitest.testclient.wire_session import WireSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from asgitest.testclient.driver import Driver
    from asgitest.testclient.http_call import HTTPCall
    from asgitest.testclient.preparation import Preparation
    from asgitest.testclient.response import Response
    from asgitest.testclient.wire import WireOptions

__all__ = ["WIRE", "AsyncTransport", "SyncTransport", "make_session"]

WIRE = "asgitest.wire"
"""The extension of a request that says how a WebSocket is carried."""


def read_timeout(request: httpx.Request) -> float | None:
    """The deadline of one wait, as the HTTP library carries it; 30 s if it says nothing."""
    timeout = request.extensions.get("timeout")
    if timeout is None:
        return DEFAULT_TIMEOUT
    seconds: float | None = timeout.get("read")
    return seconds


def make_session(
    server: InProcessServer,
    scope: dict[str, Any],
    driver: Driver,
    *,
    timeout: float | None,
    url: str = "",
    wire: WireOptions | None = None,
) -> Session:
    """Make the conversation on a WebSocket.

    Args:
        server: Serves the app.
        scope: Of the handshake; on the wire its headers become those that the server has read.
        driver: Runs the app.
        timeout: Seconds that each wait may take.
        url: Of the handshake.
        wire: How messages are carried by frames; ``None`` hands them over without any.
    """
    if wire is None:
        return Session(server.socket_call(scope, driver), timeout=timeout, context=server.context)
    connection = Wire(url, scope, wire)
    scope["headers"] = connection.headers
    return WireSession(server.socket_call(scope, driver), connection, timeout=timeout, context=server.context)


class Exchange:
    """One request on its way through the app, as coroutines: open, read chunk by chunk, finish or leave."""

    __slots__ = ("call", "request", "server", "timeout")

    def __init__(self, server: InProcessServer, call: HTTPCall, request: httpx.Request) -> None:
        self.server = server
        self.call = call
        self.request = request
        self.timeout = read_timeout(request)

    @property
    def name(self) -> str:
        """The request in short, as ``GET /path``."""
        return f"{self.request.method} {self.request.url.raw_path.decode('ascii')}"

    async def open(self) -> None:
        """Call the app and wait until its response starts.

        Raises:
            BaseException: What the app raised before it answered, if the server raises exceptions.
            ProtocolViolation: If it broke a rule, or gave no response.
        """
        call = self.call
        call.start(self.server.context(), timeout=self.timeout)
        await call.until(lambda: call.exchange.response_started, self.timeout, f"the response to {self.name} to start")
        if not call.exchange.response_started:
            self._conclude()
            if call.error is None and self.server.raise_server_exceptions:
                raise AssertionError("TestClient did not receive any response.")

    async def next_chunk(self) -> bytes | None:
        """Take the next chunk of the body; ``None`` at its end, when the app has finished."""
        call = self.call
        while True:
            if call.chunks:
                return await call.driver.poke(call.take_one)
            if call.finished:
                return None
            if call.exchange.response_complete:
                await call.until_finished(self.timeout, f"the app to finish after {self.name} was answered")
            else:
                await call.until(self._has_news, self.timeout, f"the next chunk of the response to {self.name}")

    def _has_news(self) -> bool:
        return bool(self.call.chunks) or self.call.exchange.response_complete

    async def close(self) -> None:
        """Finish: leave as a client does if the app is not done, and tell what it came to."""
        await self.call.leave()
        self._conclude()

    def _conclude(self) -> None:
        self.call.conclude(raise_app_error=self.server.raise_server_exceptions, stacklevel=6)


class SyncStream(httpx.SyncByteStream):
    """The body of a response in a synchronous client."""

    def __init__(self, exchange: Exchange, release: Callable[[], None]) -> None:
        self._exchange = exchange
        self._release: Callable[[], None] | None = release

    @property
    def name(self) -> str:
        """The request that is answered."""
        return self._exchange.name

    @property
    def closed(self) -> bool:
        """Whether it was read to its end, or closed."""
        return self._release is None

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := complete(self._exchange.next_chunk())) is not None:
            yield chunk
        self.close()

    def close(self) -> None:
        """Leave the response; the app gets ``http.disconnect`` if it is not done."""
        release, self._release = self._release, None
        if release is None:
            return
        own = sys.exception()
        try:
            complete(self._exchange.close())
        except Exception as error:
            # The test's own exception comes first; this one is noted on it.
            if own is None or own is error or isinstance(own, StopIteration | GeneratorExit):
                raise
            own.add_note(f"asgitest: when the response was left, the app also raised {error!r}")
        finally:
            release()


class SyncTransport(InProcessServer, httpx.BaseTransport):
    """Serves requests of a synchronous client. Starlette's name for it is ``_TestClientTransport``."""

    def __init__(
        self,
        app: Any,
        portal_factory: Any = None,
        raise_server_exceptions: bool = True,
        *,
        root_path: str = "",
        **options: Any,
    ) -> None:
        options.setdefault("app_state", {})
        super().__init__(app, raise_server_exceptions=raise_server_exceptions, root_path=root_path, **options)
        self.portal_factory = portal_factory
        self._open: set[SyncStream] = set()

    def handle_request(self, request: httpx.Request) -> Response:
        """Call the app; return when its response has started.

        Raises:
            Upgrade: For a ws:// URL, with the session.
        """
        if request.url.scheme in {"ws", "wss"}:
            raise Upgrade(self._session(request))
        with contextlib.ExitStack() as stack:
            driver = stack.enter_context(self.lease())
            call = self.http_call(request, driver, streaming=True)
            exchange = Exchange(self, call, request)
            complete(exchange.open())
            stream = SyncStream(exchange, stack.pop_all().close)
            self._open.add(stream)
        return build_response(call, request, stream)

    def _session(self, request: httpx.Request) -> WebSocketTestSession:
        """Make the session of a handshake; the app is called when it is entered."""
        wire: WireOptions | None = request.extensions.get(WIRE)
        return self._session_of(self.socket_scope(request), read_timeout(request), url=str(request.url), wire=wire)

    def session(
        self,
        prepared: Preparation,
        headers: list[tuple[bytes, bytes]],
        subprotocols: list[str],
        *,
        timeout: float | None,
    ) -> WebSocketTestSession:
        """Make the session of a handshake that the short path has built."""
        return self._session_of(self.prepared_socket_scope(prepared, headers, subprotocols), timeout)

    def _session_of(
        self, scope: dict[str, Any], timeout: float | None, *, url: str = "", wire: WireOptions | None = None
    ) -> WebSocketTestSession:
        driver, lease = self.driver, contextlib.ExitStack()
        if driver is None:
            driver = self.take_driver()
            lease.callback(self.give_back, driver)
        try:
            return WebSocketTestSession(make_session(self, scope, driver, timeout=timeout, url=url, wire=wire), lease)
        except BaseException:
            lease.close()
            raise

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The requests whose responses have been neither read nor closed."""
        return tuple(stream.name for stream in self._open if not stream.closed)

    def close(self) -> None:
        """Leave responses that were never read or closed."""
        for stream in list(self._open):
            stream.close()
        self._open.clear()


class AsyncStream(httpx.AsyncByteStream):
    """The body of a response in an asynchronous client."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._exchange.next_chunk()) is not None:
            yield chunk
        await self.aclose()

    async def aclose(self) -> None:
        """Leave the response; the app gets ``http.disconnect`` if it is not done."""
        if not self._closed:
            self._closed = True
            await self._exchange.close()


def own_driver() -> Driver:
    """A driver for the loop that the caller runs in."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return make_driver("own", backend="trio")
    return make_driver("own")


class AsyncTransport(InProcessServer, httpx.AsyncBaseTransport):
    """Serves requests of an asynchronous client, on its own loop."""

    async def handle_async_request(self, request: httpx.Request) -> Response:
        """Call the app; return when its response has started."""
        driver = self.driver or own_driver()
        call = self.http_call(request, driver, streaming=True)
        exchange = Exchange(self, call, request)
        await exchange.open()
        return build_response(call, request, AsyncStream(exchange))
