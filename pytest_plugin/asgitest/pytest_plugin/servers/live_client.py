"""A client with the face of ``TestClient`` that talks to a real server over sockets.

URLs, cookies and the ``Host`` header are those of *base_url*; only the connection goes to the server. What an app
raised is known because the server runs in this process: each request carries a number, which the app never sees.

Depends on: ``watched_app``, ``live_websocket``; the responses and the HTTP library of the test client.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any, cast

import pytest

from asgitest.pytest_plugin.servers.live_websocket import LiveWebSocket
from asgitest.pytest_plugin.servers.watched_app import CALL_HEADER, CLIENT_HEADER, LiveCall
from asgitest.testclient.http_library import adopt, httpx
from asgitest.testclient.overrides import with_overrides
from asgitest.testclient.response import Response

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from types import TracebackType

    from asgitest.pytest_plugin.servers.watched_app import WatchedApp
    from asgitest.testclient.response import Conversation

__all__ = ["END_SECONDS", "FAILED", "Calls", "Face", "LiveClient"]

NUMBERS = itertools.count(1)
"""Numbers for clients and calls."""
FAILED = 500
END_SECONDS = 5.0
# What TestClient takes and a real server decides for itself.
_OF_THE_SERVER = frozenset(
    {"root_path", "client", "extensions", "http_version", "profile", "backend", "clock", "driver"}
)
# What is about rules and loops in process, and has no meaning for a real server.
_IN_PROCESS = frozenset({"validate", "select", "ignore", "ignore_routes", "backend_options"})


def marked(request: httpx.Request, address: tuple[str, int], marks: list[tuple[bytes, bytes]]) -> httpx.Request:
    """A request as it is sent to the server at *address*, which gets to know whose it is."""
    host, port = address
    if request.url.scheme == "https":
        marks = [*marks, (b"x-forwarded-proto", b"https")]
    return httpx.Request(
        request.method,
        request.url.copy_with(scheme="http", host=host, port=port),
        headers=[*request.headers.raw, *marks],
        stream=request.stream,
        extensions=request.extensions,
    )


def arguments_of(
    *,
    base_url: str = "http://testserver",
    headers: dict[str, str] | None = None,
    cookies: Any = None,
    follow_redirects: bool = True,
    timeout: Any = 30.0,
    **options: Any,
) -> dict[str, Any]:
    """What the client of the HTTP library takes, from what ``TestClient`` takes."""
    for name in sorted(_OF_THE_SERVER & options.keys()):
        pytest.skip(f"{name}= is for a client in process: a real server decides it for all clients")
    return {
        "base_url": adopt(base_url),
        "headers": {"user-agent": "testclient", **(adopt(headers) or {})},
        "cookies": adopt(cookies),
        "follow_redirects": follow_redirects,
        "timeout": adopt(timeout),
        **{name: adopt(value) for name, value in options.items() if name not in _IN_PROCESS},
    }


class Calls:
    """The calls of one client, which are sent to the server whatever their URL says: what both transports share.

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

    @contextlib.contextmanager
    def _begun(self, request: httpx.Request) -> Generator[tuple[LiveCall, httpx.Request]]:
        """Note a call while its request is under way, and mark the request."""
        number = b"%d" % next(NUMBERS)
        call = self._watched.calls[number] = LiveCall(f"{request.method} {request.url.raw_path.decode()}")
        try:
            yield call, marked(request, self._address, [(CALL_HEADER, number), (CLIENT_HEADER, self._mark)])
        finally:
            self._watched.calls.pop(number, None)

    def _answer(self, received: httpx.Response, stream: Any, *, request: httpx.Request, call: LiveCall) -> Response:
        response = Response(
            received.status_code,
            headers=received.headers,
            stream=stream,
            request=request,
            extensions=received.extensions,
        )
        response.belong_to(cast("Conversation", call))
        return response

    def _raise_from(self, call: LiveCall) -> None:
        """Raise what the app raised, if this client wants it."""
        if self._raises and call.exception is not None:
            raise call.exception


class LiveTransport(Calls, httpx.BaseTransport):
    """Sends requests to the server and raises what the app raised."""

    def __init__(self, watched: WatchedApp, address: tuple[str, int], *, mark: bytes, raises: bool) -> None:
        super().__init__(watched, address, mark=mark, raises=raises)
        self._sockets = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> Response:
        """Send a request, and receive the beginning of the response."""
        with self._begun(request) as (call, sent):
            try:
                received = self._sockets.handle_request(sent)
            except httpx.HTTPError:
                self.conclude(call)
                raise
        if received.status_code == FAILED:
            self.conclude(call)
        return self._answer(received, LiveStream(received.stream, self, call), request=request, call=call)

    def conclude(self, call: LiveCall) -> None:
        """Wait for the app to finish, and raise what it raised."""
        call.ended.wait(END_SECONDS)
        self._raise_from(call)

    def close(self) -> None:
        """Close the connections."""
        self._sockets.close()


class LiveStream(httpx.SyncByteStream):
    """The body of a response on its way."""

    def __init__(self, stream: Any, transport: LiveTransport, call: LiveCall) -> None:
        self._stream = stream
        self._transport = transport
        self._call = call

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except httpx.HTTPError:
            self._transport.conclude(self._call)
            raise
        self._transport.conclude(self._call)

    def close(self) -> None:
        """Give the connection back, or drop it if the body was not read."""
        self._stream.close()


class Face:
    """What both clients of a live server have in common, besides the client of the HTTP library.

    Args:
        server: The server.
        raise_server_exceptions: Whether an exception of the app reaches the test.
        overrides: Of dependencies, for this client only.
        options: What ``TestClient`` takes.
    """

    __test__ = False
    _transport_type: Any
    """Made for the client; a subclass of ``Calls``."""

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
        self._live_transport = self._transport_type(watched, address, mark=mark, raises=raise_server_exceptions)
        library: Any = super()  # the client of the HTTP library, which stands after this class
        library.__init__(transport=self._live_transport, **arguments)

    @property
    def app_state(self) -> dict[str, Any]:
        """The lifespan's state."""
        return dict(self._live.state)

    def _session(
        self,
        url: str,
        subprotocols: Sequence[str] | None,
        *,
        headers: Any,
        params: Any,
        cookies: Any,
        timeout: Any,
    ) -> LiveWebSocket:
        """A WebSocket that is not connected yet."""
        client: Any = self
        request = client.build_request("GET", url, headers=adopt(headers), params=adopt(params), cookies=adopt(cookies))
        number = b"%d" % next(NUMBERS)
        call = self._live.watched.calls[number] = LiveCall(f"WebSocket {request.url.raw_path.decode()}")
        return LiveWebSocket(
            client,
            request,
            address=(self._live.host, self._live.port),
            call=call,
            marks=[(CALL_HEADER, number), (CLIENT_HEADER, self._mark)],
            subprotocols=subprotocols,
            timeout=client.timeout.read if timeout is None else timeout,
        )

    def _leave(self) -> None:
        """Let the server forget this client."""
        self._live.watched.variants.pop(self._mark, None)


class LiveClient(Face, httpx.Client):
    """A client of a live server, used as ``TestClient`` is."""

    _transport_type = LiveTransport

    def websocket_connect(
        self,
        url: str,
        subprotocols: Sequence[str] | None = None,
        *,
        headers: Any = None,
        params: Any = None,
        cookies: Any = None,
        timeout: Any = None,
    ) -> LiveWebSocket:
        """Connect a WebSocket, in a ``with`` block.

        Args:
            url: Relative to the base URL, or absolute.
            subprotocols: What the client offers.
            headers: Of the handshake.
            params: Query parameters.
            cookies: Of the handshake.
            timeout: Seconds that each wait may take.
        """
        return self._session(url, subprotocols, headers=headers, params=params, cookies=cookies, timeout=timeout)

    def websocket(self, url: Any, **options: Any) -> Any:
        """Connect a WebSocket; the name that ``httpx2.Client`` has for it."""
        return self.websocket_connect(url, **options)

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run an async function on the server's loop and return what it returns."""
        import asyncio  # noqa: PLC0415  a suite without it does not load it

        loop: asyncio.AbstractEventLoop | None = self._live.watched.loop
        if loop is None:
            raise RuntimeError("the server has not called the app yet, so its loop is not known")
        return asyncio.run_coroutine_threadsafe(function(*arguments), loop).result(END_SECONDS * 6)

    def spawn(self, **options: Any) -> LiveClient:
        """Make another client of the same server."""
        return type(self)(self._live, **options)

    def close(self) -> None:
        """Close the connections."""
        super().close()
        self._leave()

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave; the library closes its connections then without `close`."""
        super().__exit__(kind, error, traceback)
        self._leave()
