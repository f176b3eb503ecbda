"""URLs with all that scopes and requests need of them, worked out once.

Depends on: http_library, errors.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import httpx

__all__ = ["Preparation", "prepare", "prepare_absolute"]

_PORTS = {"http": 80, "https": 443}
_MAX_PREPARED = 2048


class Preparation:
    """A URL with all that a scope and a request need of it.

    Args:
        url: Absolute, http or https, without credentials.
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
_prepared: dict[tuple[str, str, str | None], Preparation] = {}


def prepare(base_url: str, url: str, params: httpx.QueryParams | None, merge: Any) -> Preparation | None:
    """Look up, or make, the preparation of a URL; ``None`` if it is not for the short path.

    Args:
        base_url: The client's, as text.
        url: As the test wrote it.
        params: Query parameters, merged.
        merge: The client's own way to merge a URL with its base.
    """
    key = (base_url, url, None if params is None else str(params))
    found = _prepared.get(key)
    if found is not None:
        return found
    merged = merge(url)
    if params is not None:
        merged = httpx.URL(merged, params=params)
    if merged.scheme not in _PORTS or merged.userinfo or not merged.host:
        return None
    if len(_prepared) >= _MAX_PREPARED:
        _prepared.clear()
    found = _prepared[key] = Preparation(merged)
    return found


def prepare_absolute(url: httpx.URL) -> Preparation:
    """Prepare the URL of a redirect.

    Raises:
        MisuseError: If its scheme is not http or https.
    """
    if url.scheme not in _PORTS:
        raise MisuseError(f"the app redirects to {str(url)!r}, which is neither http:// nor https://")
    key = ("", str(url), None)
    found = _prepared.get(key)
    if found is None:
        found = _prepared[key] = Preparation(url)
    return found
