"""How a WebSocket ends for a test: the app closed it, or refused it, with a close code or a whole HTTP response.

Where Starlette is loaded, each error is one of Starlette's as well, so that ``pytest.raises`` of either class holds.

Source: ASGI ``www``, WebSocket, and its extension ``websocket.http.response``; RFC 6455, section 7.4, for close codes.
Depends on: http_library.
"""

from __future__ import annotations

import sys
from typing import TypeVar

from asgitest.testclient.http_library import httpx

__all__ = ["WebSocketDenialResponse", "WebSocketDisconnect", "denial_error", "disconnect_error"]

ModelT = TypeVar("ModelT")


class WebSocketDisconnect(Exception):
    """The app closed the WebSocket, or refused it.

    Where Starlette is loaded, what is raised is a ``starlette.websockets.WebSocketDisconnect`` as well.

    Args:
        code: Close code of RFC 6455, section 7.4; 1006 if the connection ended without a close.
        reason: What the app said about it; empty if it said nothing.
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        Exception.__init__(self, code, reason or "")
        self.code = code
        self.reason = reason or ""

    def __str__(self) -> str:
        return f"the WebSocket was closed with code {self.code}" + (f": {self.reason}" if self.reason else "")


class WebSocketDenialResponse(httpx.Response, WebSocketDisconnect):  # type: ignore[misc]  # a response that is raised
    """The app refused the WebSocket with an HTTP response (extension ``websocket.http.response``)."""

    code = 1006
    reason = ""

    __str__ = Exception.__str__


def disconnect_error(code: int, reason: str | None) -> WebSocketDisconnect:
    """Build the error for a closed WebSocket; it is Starlette's as well where Starlette is loaded."""
    return _also_starlettes(WebSocketDisconnect, "starlette.websockets")(code, reason)


def denial_error(status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> WebSocketDenialResponse:
    """Build the error for a refused WebSocket; it is Starlette's as well where Starlette's client is loaded."""
    kind = _also_starlettes(WebSocketDenialResponse, "starlette.testclient")
    if kind is WebSocketDenialResponse and "starlette.websockets" in sys.modules:
        kind = _joined(WebSocketDenialResponse, sys.modules["starlette.websockets"].WebSocketDisconnect)
    response = kind(status, headers=headers, content=content)
    response.args = (f"the WebSocket was refused with HTTP status {status}",)
    return response


_joined_classes: dict[tuple[type, type], type] = {}


def _also_starlettes(ours: type[ModelT], module_name: str) -> type[ModelT]:
    """Return a class that is *ours* and Starlette's class of the same name, if Starlette is loaded."""
    theirs = getattr(sys.modules.get(module_name), ours.__name__, None)
    if theirs is None or theirs is ours or issubclass(theirs, ours):
        return ours
    if issubclass(ours, httpx.Response) and not issubclass(theirs, httpx.Response):
        return ours
    return _joined(ours, theirs)


def _joined(ours: type[ModelT], theirs: type) -> type[ModelT]:
    """Return the one class that inherits *ours* and *theirs*."""
    key = (ours, theirs)
    if key not in _joined_classes:
        _joined_classes[key] = type(
            ours.__name__, (ours, theirs), {"__module__": ours.__module__, "__doc__": ours.__doc__}
        )
    return _joined_classes[key]
