"""What the constructors of both clients hand to the HTTP library's.

Depends on: cookies, preparation, http_library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.cookies import CountingJar
from asgitest.testclient.http_library import adopt, httpx
from asgitest.testclient.preparation import base_url_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["library_arguments"]

# Made once, and copied by each client: to make them takes longer.
_NO_PARAMS = httpx.QueryParams()
_USUAL_HEADERS = httpx.Headers({"user-agent": "testclient"})


def library_arguments(
    transport: Any, *, base_url: Any, headers: Any, timeout: Any, follow_redirects: bool, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the arguments of the HTTP library's client, with objects of the other library converted.

    Args:
        transport: Serves the app.
        base_url: Text, or a URL of either library.
        headers: Of every request; a ``User-Agent`` is added where there is none.
        timeout: Seconds, ``None``, or a ``Timeout`` of either library.
        follow_redirects: Whether redirects are followed.
        options: What else the user gave.
    """
    merged: Any = _USUAL_HEADERS if headers is None else adopt(headers)
    if headers is not None:
        merged.setdefault("user-agent", "testclient")
    return {
        "base_url": base_url_of(adopt(base_url)),
        "headers": merged,
        "transport": transport,
        "follow_redirects": follow_redirects,
        "cookies": CountingJar(),
        "timeout": timeout if type(timeout) is float else adopt(timeout),
        "params": _NO_PARAMS,
        **{name: adopt(value) for name, value in options.items()},
    }
