"""Scopes as a server would build them, from the parts of one request.

Source: ASGI ``www``, HTTP and WebSocket connection scope; ASGI ``lifespan``, Scope.
Depends on: profiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from asgitest.testclient.asgi.profiles import UVICORN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgitest.testclient.asgi.profiles import Profile

__all__ = ["Scope", "build_http_scope", "build_lifespan_scope", "build_websocket_scope", "split_target"]

Scope = dict[str, Any]
"""What an app is called with; keys and values as ASGI says."""


def split_target(target: bytes) -> tuple[str, bytes, bytes]:
    """Split a request target into the three forms an ASGI scope carries.

    Args:
        target: Origin-form request target as on the wire: ASCII, percent-encoded, starting with ``/``.

    Returns:
        ``(path, raw_path, query_string)``: decoded text, undecoded bytes without the query,
        undecoded bytes after the first ``?`` (empty if there is none).

    Raises:
        ValueError: If *target* does not start with ``/``.

    Source: ASGI ``www``, HTTP connection scope.

    >>> split_target(b"/caf%C3%A9?size=2")
    ('/café', b'/caf%C3%A9', b'size=2')
    """
    if not target.startswith(b"/"):
        raise ValueError(f"a request target starts with '/', but {target!r} does not")
    raw_path, _, query_string = target.partition(b"?")
    return unquote_to_bytes(raw_path).decode("utf-8", "replace"), raw_path, query_string


def _versions(spec_version: str | None) -> dict[str, str]:
    return {"version": "3.0", "spec_version": spec_version} if spec_version else {"version": "3.0"}


def build_http_scope(
    *,
    method: str = "GET",
    path: str = "/",
    raw_path: bytes | None = None,
    query_string: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    scheme: str = "http",
    host: str = "testserver",
    port: int = 80,
    client: tuple[str, int] | None = ("testclient", 50000),
    root_path: str = "",
    state: Mapping[str, Any] | None = None,
    extensions: Mapping[str, Mapping[str, Any]] | None = None,
    http_version: str = "1.1",
    profile: Profile = UVICORN,
) -> Scope:
    """Build the scope of one HTTP request; every container in it is fresh.

    Args:
        method: In upper or lower case.
        path: Decoded, without the query.
        raw_path: As on the wire, without the query; ``None`` if nobody knows.
        query_string: After the first ``?``, still encoded.
        headers: Names in any case; order and duplicates are kept.
        scheme: ``"http"`` or ``"https"``.
        host: Of the server.
        port: Of the server.
        client: Address and port; ``None`` hides it.
        root_path: Where the app is mounted.
        state: The lifespan's; the scope gets a shallow copy, or no such key for ``None``.
        extensions: What is offered, by name.
        http_version: ``"1.0"``, ``"1.1"``, ``"2"`` or ``"3"``.
        profile: The server to be.

    Source: ASGI ``www``, HTTP connection scope.
    """
    if profile.root_path_mode == "prepend" and root_path:
        path, raw_path = _prepended(root_path, path, raw_path)
    scope: Scope = {
        "type": "http",
        "asgi": _versions(profile.spec_version),
        "http_version": http_version,
        "server": (host, port),
        "client": client,
        "scheme": scheme,
        "method": method.upper(),
        "root_path": root_path,
        "path": path,
        "raw_path": raw_path,
        "query_string": query_string,
        "headers": [(name.lower(), value) for name, value in headers],
    }
    if state is not None:
        scope["state"] = dict(state)
    if extensions is not None:
        scope["extensions"] = {name: dict(offer) for name, offer in extensions.items()}
    return scope


def build_websocket_scope(
    *,
    path: str = "/",
    raw_path: bytes | None = None,
    query_string: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    subprotocols: Iterable[str] = (),
    scheme: str = "ws",
    host: str = "testserver",
    port: int = 80,
    client: tuple[str, int] | None = ("testclient", 50000),
    root_path: str = "",
    state: Mapping[str, Any] | None = None,
    extensions: Mapping[str, Mapping[str, Any]] | None = None,
    http_version: str = "1.1",
    profile: Profile = UVICORN,
) -> Scope:
    """Build the scope of one WebSocket; every container in it is fresh.

    Args:
        path: Decoded, without the query.
        raw_path: As on the wire, without the query; ``None`` if nobody knows.
        query_string: After the first ``?``, still encoded.
        headers: Names in any case; order and duplicates are kept.
        subprotocols: What the client offers, in its order.
        scheme: ``"ws"`` or ``"wss"``.
        host: Of the server.
        port: Of the server.
        client: Address and port; ``None`` hides it.
        root_path: Where the app is mounted.
        state: The lifespan's; the scope gets a shallow copy, or no such key for ``None``.
        extensions: What is offered, by name.
        http_version: ``"1.1"``, ``"2"`` or ``"3"``.
        profile: The server to be.

    Source: ASGI ``www``, WebSocket connection scope.
    """
    if profile.root_path_mode == "prepend" and root_path:
        path, raw_path = _prepended(root_path, path, raw_path)
    scope: Scope = {
        "type": "websocket",
        "asgi": _versions(profile.ws_spec_version),
        "http_version": http_version,
        "scheme": scheme,
        "server": (host, port),
        "client": client,
        "root_path": root_path,
        "path": path,
        "raw_path": raw_path,
        "query_string": query_string,
        "headers": [(name.lower(), value) for name, value in headers],
        "subprotocols": list(subprotocols),
    }
    for key in profile.ws_missing_keys:
        del scope[key]
    if state is not None:
        scope["state"] = dict(state)
    if extensions is not None:
        scope["extensions"] = {name: dict(offer) for name, offer in extensions.items()}
    return scope


def build_lifespan_scope(*, state: dict[str, Any] | None = None, profile: Profile = UVICORN) -> Scope:
    """Build the scope of one lifespan.

    Args:
        state: What the app fills at startup: the same object, not a copy; no such key for ``None``.
        profile: The server to be.

    Source: ASGI ``lifespan``, Scope.
    """
    scope: Scope = {"type": "lifespan", "asgi": _versions(profile.lifespan_spec_version)}
    if state is not None:
        scope["state"] = state
    return scope


def _prepended(root_path: str, path: str, raw_path: bytes | None) -> tuple[str, bytes | None]:
    """Put the root path before a path that a proxy has stripped it from, as ``uvicorn --root-path`` does.

    A path that begins with it is left alone: it comes from a test that has written out what the proxy would be sent.
    """
    if path == root_path or path.startswith(f"{root_path}/"):
        return path, raw_path
    return root_path + path, raw_path if raw_path is None else root_path.encode("ascii", "replace") + raw_path
