"""The WebSocket handshake as the HTTP library sees it: a GET to a ws:// URL that the transport answers with a session.

Depends on: http_library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Upgrade", "cookie_keeper", "upgrade_headers", "websocket_url"]


class Upgrade(Exception):
    """Carries a session through the HTTP library, which knows only responses.

    Args:
        session: The session, not yet entered.
    """

    def __init__(self, session: Any) -> None:
        super().__init__("the request became a WebSocket")
        self.session = session


def upgrade_headers(headers: Any, subprotocols: Sequence[str] | None) -> httpx.Headers:
    """Add what a client sends with a handshake, where the test has not.

    Raises:
        MisuseError: If *subprotocols* is a single string, or holds one that no client could offer.
    """
    merged = httpx.Headers(headers)
    merged.setdefault("connection", "upgrade")
    merged.setdefault("sec-websocket-key", "testserver==")
    merged.setdefault("sec-websocket-version", "13")
    if subprotocols is not None:
        if isinstance(subprotocols, str):
            raise MisuseError(f"subprotocols is a list of names; write [{subprotocols!r}]")
        merged.setdefault("sec-websocket-protocol", ", ".join(subprotocols))
    return merged


def websocket_url(url: httpx.URL) -> httpx.URL:
    """Turn http into ws, and https into wss.

    Raises:
        MisuseError: If the scheme is none of the four.
    """
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if url.scheme not in schemes:
        raise MisuseError(f"a WebSocket URL has the scheme ws or wss, not {url.scheme!r}: {url}")
    return url.copy_with(scheme=schemes[url.scheme])


def cookie_keeper(cookies: httpx.Cookies, url: httpx.URL) -> Callable[[list[tuple[bytes, bytes]]], None]:
    """Make a function that stores the cookies of an accepted handshake, as browsers do.

    Args:
        cookies: The client's jar.
        url: Of the handshake, ws or wss.
    """

    def keep(headers: list[tuple[bytes, bytes]]) -> None:
        if any(name.lower() == b"set-cookie" for name, _ in headers):
            request = httpx.Request("GET", url.copy_with(scheme="https" if url.scheme == "wss" else "http"))
            cookies.extract_cookies(httpx.Response(200, headers=headers, request=request))

    return keep
