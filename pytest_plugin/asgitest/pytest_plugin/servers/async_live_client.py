"""A client with the face of ``AsyncTestClient`` that talks to a real server over sockets, on the loop of the test.

Source: as for ``live_client``, of which this is the asynchronous form.
Depends on: ``live_client``; anyio, as every asynchronous HTTP library does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import anyio.to_thread

from asgitest.pytest_plugin.servers.live_client import END_SECONDS, FAILED, Calls, Face
from asgitest.testclient.http_library import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import TracebackType

    from asgitest.pytest_plugin.servers.live_websocket import LiveWebSocket
    from asgitest.pytest_plugin.servers.watched_app import LiveCall, WatchedApp
    from asgitest.testclient.response import Response

__all__ = ["AsyncLiveClient", "AsyncLiveWebSocket"]

_END: Any = object()


class AsyncLiveTransport(Calls, httpx.AsyncBaseTransport):
    """Sends requests to the server and raises what the app raised."""

    def __init__(self, watched: WatchedApp, address: tuple[str, int], *, mark: bytes, raises: bool) -> None:
        super().__init__(watched, address, mark=mark, raises=raises)
        self._sockets = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> Response:
        """Send a request, and receive the beginning of the response."""
        with self._begun(request) as (call, sent):
            try:
                received = await self._sockets.handle_async_request(sent)
            except httpx.HTTPError:
                await self.conclude(call)
                raise
        if received.status_code == FAILED:
            await self.conclude(call)
        return self._answer(received, AsyncLiveStream(received.stream, self, call), request=request, call=call)

    async def conclude(self, call: LiveCall) -> None:
        """Wait for the app to finish, and raise what it raised."""
        await anyio.to_thread.run_sync(call.ended.wait, END_SECONDS)
        self._raise_from(call)

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


class AsyncLiveClient(Face, httpx.AsyncClient):
    """A client of a live server, used as ``AsyncTestClient`` is."""

    _transport_type = AsyncLiveTransport

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
        session = self._session(url, subprotocols, headers=headers, params=params, cookies=cookies, timeout=timeout)
        return AsyncLiveWebSocket(session)

    def websocket(self, url: Any, **options: Any) -> Any:
        """Connect a WebSocket; the name that ``httpx2.AsyncClient`` has for it."""
        return self.websocket_connect(url, **options)

    async def aclose(self) -> None:
        """Close the connections."""
        await super().aclose()
        self._leave()

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave; the library closes its connections then without `aclose`."""
        await super().__aexit__(kind, error, traceback)
        self._leave()


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
