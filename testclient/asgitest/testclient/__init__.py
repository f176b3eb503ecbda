"""In-process test clients for ASGI apps: HTTP, WebSocket and lifespan, without a server and without hanging.

Names are imported when they are first used, so that the protocol core (`asgitest.testclient.asgi`) can be imported
where neither httpx nor anyio is installed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asgitest.testclient.async_client import AsyncTestClient
    from asgitest.testclient.client import TestClient
    from asgitest.testclient.errors import (
        AsgitestWarning,
        ClientDisconnected,
        DeadlineExceeded,
        DeadlockDetected,
        DisconnectWarning,
        DriverWarning,
        LeakWarning,
        LifespanFailed,
        LifespanWarning,
        MisuseError,
        OverrideError,
        OverrideWarning,
        ProtocolViolation,
        ProtocolWarning,
    )
    from asgitest.testclient.har import HarLog, record_har
    from asgitest.testclient.ledger import RouteFinding
    from asgitest.testclient.observing import ExchangeRecord, observe
    from asgitest.testclient.policy import validation
    from asgitest.testclient.response import Response
    from asgitest.testclient.validator import ValidatorMiddleware, validate_app
    from asgitest.testclient.websocket_session import (
        AsyncWebSocketTestSession,
        WebSocketDenialResponse,
        WebSocketDisconnect,
        WebSocketTestSession,
    )
    from asgitest.testclient.wire import WireOptions

__version__ = "0.1.0"

__all__ = [
    "AsgitestWarning",
    "AsyncTestClient",
    "AsyncWebSocketTestSession",
    "ClientDisconnected",
    "DeadlineExceeded",
    "DeadlockDetected",
    "DisconnectWarning",
    "DriverWarning",
    "ExchangeRecord",
    "HarLog",
    "LeakWarning",
    "LifespanFailed",
    "LifespanWarning",
    "MisuseError",
    "OverrideError",
    "OverrideWarning",
    "ProtocolViolation",
    "ProtocolWarning",
    "Response",
    "RouteFinding",
    "TestClient",
    "ValidatorMiddleware",
    "WebSocketDenialResponse",
    "WebSocketDisconnect",
    "WebSocketTestSession",
    "WireOptions",
    "observe",
    "record_har",
    "validate_app",
    "validation",
]

_HOMES = {
    "async_client": ("AsyncTestClient",),
    "client": ("TestClient",),
    "ledger": ("RouteFinding",),
    "observing": ("ExchangeRecord", "observe"),
    "policy": ("validation",),
    "response": ("Response",),
    "validator": ("ValidatorMiddleware", "validate_app"),
    "websocket_session": (
        "AsyncWebSocketTestSession",
        "WebSocketDenialResponse",
        "WebSocketDisconnect",
        "WebSocketTestSession",
    ),
    "har": ("HarLog", "record_har"),
    "wire": ("WireOptions",),
    "compatibility": (
        "ASGI2App",
        "ASGI3App",
        "ASGIInstance",
        "_AsyncBackend",
        "_RequestData",
        "_TestClientTransport",
        "_Upgrade",
        "_WrapASGI2",
        "_is_asgi3",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name from the module it lives in; unknown names are errors of the package."""
    home = _HOME_OF.get(name, "errors" if name in __all__ else None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, also those that have not been imported yet."""
    return sorted({*globals(), *__all__})
