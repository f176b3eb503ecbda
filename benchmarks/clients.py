"""The clients that are compared. One that is not installed is left out.

Each makes, for an app and a workload, a *batch*: a function that runs the operation a number of times and returns the
seconds of CPU time it took, of all threads. What is made before and cleaned after does not count. (CPU time, because
what else a machine does disturbs it least; clients that wait for other threads look better in it than they are.)
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from typing import TYPE_CHECKING, Any, Self

from workloads import EXCHANGES, async_operation, message_operation, raw_operation, sync_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Batch = Callable[[int], float]

LIFECYCLE = {"lifespan", "fixture", "fresh"}


class Unsupported(Exception):
    """This client has no such operation."""


def timed(operation: Callable[[], Any]) -> Batch:
    """A batch of a synchronous operation."""

    def batch(times: int) -> float:
        start = time.process_time()
        for _ in range(times):
            operation()
        return time.process_time() - start

    return batch


def timed_on_loop(operation: Callable[..., Any], loop: asyncio.AbstractEventLoop) -> Batch:
    """A batch of an asynchronous operation, inside one run of *loop*."""

    async def many(times: int) -> float:
        start = time.process_time()
        if getattr(operation, "batched", False):
            await operation(times)
        else:
            for _ in range(times):
                await operation()
        return time.process_time() - start

    return lambda times: loop.run_until_complete(many(times))


@contextlib.contextmanager
def raw(app: Any, workload: str) -> Iterator[Batch]:
    """No client at all."""
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        yield timed_on_loop(raw_operation(workload, app), loop)
        loop.run_until_complete(loop.shutdown_default_executor())


def sync_client(name: str, *, entered: bool = True) -> Callable[[Any, str], Any]:
    """A client class in the manner of Starlette's, by ``module:class``."""

    @contextlib.contextmanager
    def opened(app: Any, workload: str) -> Iterator[Batch]:
        module, _, attribute = name.partition(":")
        kind = getattr(importlib.import_module(module), attribute)
        with contextlib.ExitStack() as stack:
            client = None
            if workload not in LIFECYCLE:
                client = stack.enter_context(kind(app)) if entered else kind(app)
            elif not entered:
                raise Unsupported(workload)
            if workload == "message":
                session = stack.enter_context(client.websocket_connect("/ws"))
                yield timed(message_operation(session))
            else:
                yield timed(sync_operation(workload, client, lambda: kind(app)))

    return opened


def async_client(make: Callable[[Any], Any]) -> Callable[[Any, str], Any]:
    """A client in the manner of ``httpx.AsyncClient``, made by *make* and entered."""

    @contextlib.contextmanager
    def opened(app: Any, workload: str) -> Iterator[Batch]:
        if workload not in EXCHANGES:
            raise Unsupported(workload)
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            client = make(app)
            loop.run_until_complete(client.__aenter__())
            yield timed_on_loop(async_operation(EXCHANGES[workload], client), loop)
            loop.run_until_complete(client.__aexit__(None, None, None))
            loop.run_until_complete(loop.shutdown_default_executor())

    return opened


def httpx_client(library: str) -> Callable[[Any], Any]:
    """``AsyncClient`` of httpx or httpx2 over its ASGI transport, which runs no lifespan."""

    def make(app: Any) -> Any:
        httpx = importlib.import_module(library)
        transport = httpx.ASGITransport(app=app)
        return httpx.AsyncClient(transport=transport, base_url="http://testserver", follow_redirects=True)

    return make


class AsyncAsgiTestClient:
    """``async_asgi_testclient`` behind the methods of httpx that the workloads use."""

    def __init__(self, app: Any) -> None:
        self._client = importlib.import_module("async_asgi_testclient").TestClient(app)
        self.cookies: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *details: object) -> None:
        await self._client.__aexit__(*details)

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """Send one request with the words of that library."""
        if "params" in options:
            options["query_string"] = options.pop("params")
        if "content" in options:
            options["data"] = options.pop("content")
        if not self.cookies:
            self._client.cookie_jar.clear()
        return await self._client.open(path, method=method, cookies=self.cookies or None, **options)


def our_async_client(app: Any) -> Any:
    """``AsyncTestClient``."""
    return importlib.import_module("asgitest.testclient").AsyncTestClient(app)


CLIENTS: dict[str, Callable[[Any, str], Any]] = {
    "raw": raw,
    "asgitest": sync_client("asgitest.testclient:TestClient"),
    "asgitest, not entered": sync_client("asgitest.testclient:TestClient", entered=False),
    "Starlette": sync_client("starlette.testclient:TestClient"),
    "Starlette, not entered": sync_client("starlette.testclient:TestClient", entered=False),
    "Litestar": sync_client("litestar.testing:TestClient"),
    "asgitest async": async_client(our_async_client),
    "httpx async": async_client(httpx_client("httpx")),
    "httpx2 async": async_client(httpx_client("httpx2")),
    "async-asgi-testclient": async_client(AsyncAsgiTestClient),
}
