"""A client with the face of ``AsyncTestClient`` that talks to a real server over sockets, on the loop of the test.

Source: as for ``live_client``, of which this is the asynchronous form.
Depends on: ``live_client``, ``live_websocket``, ``watched_app``; anyio, as every asynchronous HTTP library does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

import anyio.to_thread

from asgitest.pytest_plugin.servers.live_client import END_SECONDS, FAILED, NUMBERS, arguments_of, marked
from asgitest.pytest_plugin.servers.live_websocket import LiveWebSocket
from asgitest.pytest_plugin.servers.watched_app import CALL_HEADER, CLIENT_HEADER, LiveCall
from asgitest.testclient.http_library import adopt, httpx
from asgitest.testclient.overrides import with_overrides
from asgitest.testclient.response import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from types import TracebackType

    from asgitest.pytest_plugin.servers.watched_app import WatchedApp
    from asgitest.testclient.response import Conversation

__all__ = ["AsyncLiveClient", "AsyncLiveWebSocket"]

_END: Any = object()


class AsyncLiveTransport(httpx.AsyncBaseTransport):
    """Sends requests to the server, whatever their URL says, and raises what the app raised.

    Args:
        watched: The app.
        address: Host and port of the server.
        mark: Tells the app which client this is.
        raises: Whether an exception of the app reaches the test.
    """

    def __init__(self, watched: WatchedApp, address: tuple[str, int], *, mark: bytes, raises: bool) -> None:
        self._watched = watched
        self._address = address
        self._mark = mark
        self._raises = raises
        self._sockets = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> Response:
        """Send a request, and receive the beginning of the response."""
        number = b"%d" % next(NUMBERS)
        call = self._watched.calls[number] = LiveCall(f"{request.method} {request.url.raw_path.decode()}")
        sent = marked(request, self._address, [(CALL_HEADER, number), (CLIENT_HEADER, self._mark)])
        try:
            received = await self._sockets.handle_async_request(sent)
        except httpx.HTTPError:
            await self.conclude(call)
            raise
        finally:
            self._watched.calls.pop(number, None)
        if received.status_code == FAILED:
            await self.conclude(call)
        response = Response(
            received.status_code,
            headers=received.headers,
            stream=AsyncLiveStream(received.stream, self, call),
            request=request,
            extensions=received.extensions,
        )
        response.belong_to(cast("Conversation", call))
        return response

    async def conclude(self, call: LiveCall) -> None:
        """Wait for the app to finish, and raise what it raised."""
        await anyio.to_thread.run_sync(call.ended.wait, END_SECONDS)
        if self._raises and call.exception is not None:
            raise call.exception

    async def aclose(self) -> None:
        """Close the connections."""
        await self._sockets.aclose()


class AsyncLiveStream(httpx.AsyncByteStream):
    """The body of a response on its way."""

    def __init__(self, stream: Any, transport: AsyncLiveTransport, call: LiveCall) -> None:
        self._stream = stream
        self._transport = transport
        self._call = call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except httpx.HTTPError:
            await self._transport.conclude(self._call)
            raise
        await self._transport.conclude(self._call)

    async def aclose(self) -> None:
        """Give the connection back, or drop it if the body was not read."""
        await self._stream.aclose()


class AsyncLiveClient(httpx.AsyncClient):
    """A client of a live server, used as ``AsyncTestClient`` is.

    Args:
        server: The server.
        options: What ``AsyncTestClient`` takes.
    """

    __test__ = False

    def __init__(
        self,
        server: Any,
        *,
        raise_server_exceptions: bool = True,
        overrides: Mapping[Any, Any] | None = None,
        **options: Any,
    ) -> None:
        arguments = arguments_of(**options)
        watched: WatchedApp = server.watched
        mark = b"%d" % next(NUMBERS)
        self.app = watched.variants[mark] = with_overrides(watched.app, overrides)
        self._live = server
        self._mark = mark
        address = (server.host, server.port)
        transport = AsyncLiveTransport(watched, address, mark=mark, raises=raise_server_exceptions)
        super().__init__(transport=transport, **arguments)

    @property
    def app_state(self) -> dict[str, Any]:
        """The lifespan's state."""
        return dict(self._live.state)

    def websocket_connect(
        self,
        url: str,
        subprotocols: Sequence[str] | None = None,
        *,
        headers: Any = None,
        params: Any = None,
        cookies: Any = None,
        timeout: Any = None,
    ) -> AsyncLiveWebSocket:
        """Connect a WebSocket, in an ``async with`` block.

        Args:
            url: Relative to the base URL, or absolute.
            subprotocols: What the client offers.
            headers: Of the handshake.
            params: Query parameters.
            cookies: Of the handshake.
            timeout: Seconds that each wait may take.
        """
        request = self.build_request("GET", url, headers=adopt(headers), params=adopt(params), cookies=adopt(cookies))
        number = b"%d" % next(NUMBERS)
        call = self._live.watched.calls[number] = LiveCall(f"WebSocket {request.url.raw_path.decode()}")
        session = LiveWebSocket(
            self,
            request,
            address=(self._live.host, self._live.port),
            call=call,
            marks=[(CALL_HEADER, number), (CLIENT_HEADER, self._mark)],
            subprotocols=subprotocols,
            timeout=self.timeout.read if timeout is None else timeout,
        )
        return AsyncLiveWebSocket(session)

    def websocket(self, url: Any, **options: Any) -> Any:
        """Connect a WebSocket; the name that ``httpx2.AsyncClient`` has for it."""
        return self.websocket_connect(url, **options)

    async def aclose(self) -> None:
        """Close the connections."""
        await super().aclose()
        self._live.watched.variants.pop(self._mark, None)

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave; the library closes its connections then without `aclose`."""
        await super().__aexit__(kind, error, traceback)
        self._live.watched.variants.pop(self._mark, None)


class AsyncLiveWebSocket:
    """A WebSocket to the app on a server. Use it in an ``async with`` block.

    What waits for the socket does so in a thread, so that it works on asyncio and on trio.

    Args:
        session: The WebSocket.
    """

    __test__ = False

    def __init__(self, session: LiveWebSocket) -> None:
        self._session = session

    async def __aenter__(self) -> Self:
        await anyio.to_thread.run_sync(self._session.__enter__)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await anyio.to_thread.run_sync(self._session.__exit__, kind, error, traceback)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        messages = iter(self._session)
        while (message := await anyio.to_thread.run_sync(next, messages, _END)) is not _END:
            yield message

    def __getattr__(self, name: str) -> Any:
        """The methods of the session, to be awaited, and its properties as they are."""
        found = getattr(self._session, name)
        if not callable(found):
            return found

        async def in_thread(*arguments: Any, **options: Any) -> Any:
            return await anyio.to_thread.run_sync(lambda: found(*arguments, **options))

        return in_thread
