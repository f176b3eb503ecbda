"""The private names of ``starlette.testclient`` that public code imports.

Nothing of asgitest uses them; they exist so that swapping one import is enough.

Depends on: application, transport, upgrade.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypedDict

from asgitest.testclient.application import WrapASGI2 as _WrapASGI2
from asgitest.testclient.application import is_asgi3 as _is_asgi3
from asgitest.testclient.transport import SyncTransport as _TestClientTransport
from asgitest.testclient.upgrade import Upgrade as _Upgrade

__all__ = [
    "ASGI2App",
    "ASGI3App",
    "ASGIInstance",
    "_AsyncBackend",
    "_RequestData",
    "_TestClientTransport",
    "_Upgrade",
    "_WrapASGI2",
    "_is_asgi3",
]

ASGIInstance = Callable[[Any, Any], Awaitable[None]]
ASGI2App = Callable[[Any], ASGIInstance]
ASGI3App = Callable[[Any, Any, Any], Awaitable[None]]

_RequestData = Mapping[str, str | Iterable[str] | bytes]


class _AsyncBackend(TypedDict):
    """How Starlette's client keeps its backend."""

    backend: str
    backend_options: dict[str, Any]
