"""URLs with all that scopes and requests need of them, worked out once.

Depends on: http_library, errors.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import httpx

__all__ = ["Preparation", "base_url_of", "prepare", "prepare_absolute"]

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HTTP = frozenset({"http", "https"})
_WEBSOCKET = frozenset({"ws", "wss"})
_AS_WEBSOCKET = {"http": "ws", "https": "wss"}
_MAX_PREPARED = 2048


class Preparation:
    """A URL with all that a scope and a request need of it.

    Args:
        url: Absolute, of one of the four schemes, without credentials.
    """

    __slots__ = ("host", "host_header", "path", "port", "query_string", "raw_path", "scheme", "url")

    def __init__(self, url: httpx.URL) -> None:
        self.url = url
        self.scheme = url.scheme
        self.host = url.raw_host.decode("ascii")
        self.port = _PORTS[url.scheme] if url.port is None else url.port
        self.host_header = (b"Host", url.netloc)
        self.raw_path, _, self.query_string = url.raw_path.partition(b"?")
        self.path = unquote(self.raw_path.decode("ascii"))


# URLs are the same for all clients of a process: tests make many clients and ask few URLs.
_prepared: dict[tuple[str, str, str | None, bool], Preparation] = {}


_base_urls: dict[str, httpx.URL] = {}


def base_url_of(url: Any) -> Any:
    """Parse a base URL once for all clients; anything but text is returned as it is."""
    if type(url) is not str:
        return url
    found = _base_urls.get(url)
    if found is None:
        if len(_base_urls) >= _MAX_PREPARED:
            _base_urls.clear()
        parsed = httpx.URL(url)
        # The HTTP library would put the slash there in each client anew.
        found = parsed if parsed.raw_path.endswith(b"/") else parsed.copy_with(raw_path=parsed.raw_path + b"/")
        _base_urls[url] = found
    return found


def prepare(
    base_url: str, url: str, params: httpx.QueryParams | None, *, merge: Any, websocket: bool = False
) -> Preparation | None:
    """Look up, or make, the preparation of a URL; ``None`` if it is not for the short path.

    Args:
        base_url: The client's, as text.
        url: As the test wrote it.
        params: Query parameters, merged.
        merge: The client's own way to merge a URL with its base.
        websocket: Whether it is for a WebSocket; http becomes ws then.
    """
    key = (base_url, url, None if params is None else str(params), websocket)
    found = _prepared.get(key)
    if found is not None:
        return found
    merged = merge(url)
    if params is not None:
        merged = httpx.URL(merged, params=params)
    if websocket and merged.scheme in _AS_WEBSOCKET:
        merged = merged.copy_with(scheme=_AS_WEBSOCKET[merged.scheme])
    if merged.scheme not in (_WEBSOCKET if websocket else _HTTP) or merged.userinfo or not merged.host:
        return None
    return _keep(key, merged)


def _keep(key: tuple[str, str, str | None, bool], url: httpx.URL) -> Preparation:
    """Make a preparation and remember it, a bounded number of them."""
    if len(_prepared) >= _MAX_PREPARED:
        _prepared.clear()
    found = _prepared[key] = Preparation(url)
    return found


def prepare_absolute(url: httpx.URL) -> Preparation:
    """Prepare the URL of a redirect.

    Raises:
        MisuseError: If its scheme is not http or https.
    """
    if url.scheme not in _HTTP:
        raise MisuseError(f"the app redirects to {str(url)!r}, which is neither http:// nor https://")
    key = ("", str(url), None, False)
    return _prepared.get(key) or _keep(key, url)
