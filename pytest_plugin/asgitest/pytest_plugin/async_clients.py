"""``asgi_async_client``: one public fixture, whichever plugin runs the async test.

The public fixture is synchronous, and asks for a private one that the test's own runner understands: an async generator
for anyio, and one made by ``pytest_asyncio.fixture`` for each scope that an asyncio loop may have.

Depends on: pytest, ``options``, ``running``; `asgitest.testclient` when a client is made.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.options import SETTINGS
from asgitest.pytest_plugin.running import RUNNING, app_of, client_options, running_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["open_async_client"]

_NEITHER = (
    "asgi_async_client is for async tests: mark this one with pytest.mark.asyncio (pytest-asyncio) or "
    "pytest.mark.anyio (anyio), or use asgi_client, which needs neither"
)
_BOTH = (
    "this test is marked for anyio but run by pytest-asyncio, because asyncio_mode is auto: "
    "set asyncio_mode = strict, or take the anyio marker away"
)


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures for pytest-asyncio where that takes part."""
    name = "asgitest.asyncio_fixtures"
    if config.pluginmanager.has_plugin("asyncio") and not config.pluginmanager.has_plugin(name):
        config.pluginmanager.register(importlib.import_module(f"asgitest.pytest_plugin.{name.partition('.')[2]}"), name)


async def open_async_client(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Start the app on the running loop, give a client, and shut the app down; or give a client of its server."""
    options = client_options(request.node)
    if request.config.stash[SETTINGS].server != "off":
        server: Any = request.node.stash[RUNNING]
        async with server.async_client(**options) as client:
            yield client
        return
    from asgitest.testclient import AsyncTestClient  # noqa: PLC0415 - a run that uses no client does not load it

    async with AsyncTestClient(app_of(request), **options) as client:
        yield client


@pytest.fixture
async def _asgi_anyio_client(request: pytest.FixtureRequest) -> AsyncIterator[Any]:  # pyright: ignore[reportUnusedFunction]  # asked for by name
    async for client in open_async_client(request):
        yield client


@pytest.fixture
def asgi_async_client(request: pytest.FixtureRequest) -> Any:
    """An ``AsyncTestClient`` on the loop of an async test, with the app's lifespan running on it.

    For tests of pytest-asyncio (strict or auto) and of anyio (asyncio or trio). The lifespan runs once for each test,
    because it belongs to the loop of the test; with ``--asgi-server`` it is that of the server.
    """
    item = request.node
    if item.config.stash[SETTINGS].server != "off":
        running_app(request)
    by_asyncio = any(kind.__module__.startswith("pytest_asyncio") for kind in type(item).__mro__)
    by_anyio = item.get_closest_marker("anyio") is not None or "anyio_backend" in request.fixturenames
    if by_asyncio and by_anyio:
        pytest.fail(_BOTH, pytrace=False)
    if by_asyncio:
        return request.getfixturevalue(f"_asgi_asyncio_client_{_loop_scope(item)}")
    if by_anyio:
        return request.getfixturevalue("_asgi_anyio_client")
    return pytest.fail(_NEITHER, pytrace=False)


def _loop_scope(item: Any) -> str:
    """The scope of the loop that pytest-asyncio runs a test on."""
    mark = item.get_closest_marker("asyncio")
    said = mark and (mark.kwargs.get("loop_scope") or mark.kwargs.get("scope"))
    return str(said or item.config.getini("asyncio_default_test_loop_scope"))
