"""Every way in which a client can run an app, behind one synchronous face, so that one suite covers them all."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from anyio.from_thread import start_blocking_portal

from asgitest.testclient import AsyncTestClient, TestClient

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """How a client is made.

    Args:
        name: Of the host, in test ids.
        backend: The kind of loop the app runs on.
        options: Of the synchronous client; ``None`` for the asynchronous one, on a loop of its own thread.
    """

    name: str
    backend: str = "asyncio"
    options: dict[str, Any] | None = field(default_factory=dict)

    @contextlib.contextmanager
    def client(self, app: Any, **options: Any) -> Generator[Any]:
        """An entered client of *app*."""
        if self.options is not None:
            with TestClient(app, **self.options, **options) as client:
                yield client
            return
        with (
            start_blocking_portal(self.backend) as portal,
            portal.wrap_async_context_manager(AsyncTestClient(app, **options)) as client,
        ):
            yield SyncFace(client, portal)

    def bare_client(self, app: Any, **options: Any) -> Any:
        """A client that is never entered; only synchronous hosts have it."""
        assert self.options is not None
        return TestClient(app, **self.options, **options)

    def __str__(self) -> str:
        return self.name


class SyncFace:
    """The asynchronous client, called from another thread than its loop's."""

    def __init__(self, client: AsyncTestClient, portal: Any) -> None:
        self._client = client
        self._portal = portal

    def request(self, method: str, url: str, **options: Any) -> Any:
        return self._portal.call(lambda: self._client.request(method, url, **options))

    def get(self, url: str, **options: Any) -> Any:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Any:
        return self.request("POST", url, **options)

    @contextlib.contextmanager
    def stream(self, method: str, url: str) -> Generator[Any]:
        with self._portal.wrap_async_context_manager(self._client.stream(method, url)) as response:
            yield StreamFace(response, self._portal)

    @contextlib.contextmanager
    def websocket_connect(self, url: str, **options: Any) -> Generator[Any]:
        session = self._client.websocket_connect(url, **options)
        with self._portal.wrap_async_context_manager(session) as entered:
            yield SocketFace(entered, self._portal)


class StreamFace:
    """A streamed response of the asynchronous client."""

    def __init__(self, response: Any, portal: Any) -> None:
        self._response = response
        self._portal = portal

    def iter_bytes(self) -> Iterator[bytes]:
        chunks = self._response.aiter_bytes()
        try:
            while (chunk := self._portal.call(anext, chunks, None)) is not None:
                yield chunk
        finally:
            self._portal.call(chunks.aclose)


class SocketFace:
    """A WebSocket of the asynchronous client; its methods are called on its loop."""

    def __init__(self, session: Any, portal: Any) -> None:
        self._session = session
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._session, name)
        return lambda *arguments, **options: self._portal.call(lambda: method(*arguments, **options))


BATON = Host(name="baton", options={"driver": "baton"})
PUBLIC = Host(name="public", options={"driver": "public"})
THREAD = Host(name="thread", options={"driver": "thread"})
PORTAL = Host(name="asyncio through a portal", options={"backend_options": {"loop_factory": asyncio.SelectorEventLoop}})
TRIO = Host(name="trio", backend="trio", options={"backend": "trio"})
OWN_ASYNCIO = Host(name="own asyncio loop", options=None)
OWN_TRIO = Host(name="own trio loop", backend="trio", options=None)

SYNCHRONOUS = (BATON, PUBLIC, THREAD, PORTAL, TRIO)
HOSTS = (*SYNCHRONOUS, OWN_ASYNCIO, OWN_TRIO)
ON_ASYNCIO = tuple(host for host in HOSTS if host.backend == "asyncio")
