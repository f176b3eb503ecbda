"""The private fixtures of ``asgi_async_client`` for pytest-asyncio: one for each scope of its loops.

Registered only where pytest-asyncio takes part, because that has to be imported here.

Depends on: pytest-asyncio, ``async_clients``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest_asyncio

from asgitest.pytest_plugin.async_clients import open_async_client
from asgitest.pytest_plugin.options import SCOPES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest


def _client_on(loop_scope: Any) -> Any:
    @pytest_asyncio.fixture(loop_scope=loop_scope, name=f"_asgi_asyncio_client_{loop_scope}")
    async def client(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
        async for client in open_async_client(request):
            yield client

    return client


for _scope in SCOPES:
    globals()[f"_asgi_asyncio_client_{_scope}"] = _client_on(_scope)
