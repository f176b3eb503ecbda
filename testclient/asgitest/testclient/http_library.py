"""The HTTP client library the fronts are built on: httpx2 when it is installed, else httpx.

The choice is the one ``starlette.testclient`` makes, so that the types of responses do not change for somebody who
swaps one import. ``ASGITEST_HTTP=httpx`` or ``ASGITEST_HTTP=httpx2`` overrides it. Every other module takes the
library from here.

Depends on: the standard library, and on exactly one of httpx and httpx2.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2 as httpx
else:

    def _choose() -> Any:
        """Import the HTTP library that the environment asks for, or the preferred one that is installed.

        Raises:
            RuntimeError: If ``ASGITEST_HTTP`` names something else, or no library is installed.
        """
        wanted = os.environ.get("ASGITEST_HTTP", "")
        if wanted not in {"", "httpx", "httpx2"}:
            message = f"ASGITEST_HTTP is {wanted!r}; it must be 'httpx' or 'httpx2', or be unset."
            raise RuntimeError(message)
        for name in [wanted] if wanted else ["httpx2", "httpx"]:
            try:
                return importlib.import_module(name)
            except ModuleNotFoundError as error:
                if error.name != name:
                    raise
        message = (
            f"asgitest needs {wanted or 'httpx or httpx2'}, which is not installed: pip install {wanted or 'httpx'}"
        )
        raise RuntimeError(message)

    httpx = _choose()

LIBRARY_NAME: str = httpx.__name__
"""``"httpx2"`` or ``"httpx"`` (or ``"httpxyz"`` where that package has taken the name)."""

__all__ = ["LIBRARY_NAME", "adopt", "httpx"]


def adopt(value: Any) -> Any:
    """Turn an object of the other HTTP library into one of the chosen library; pass anything else through.

    Users live with both libraries at once (an ``httpx.URL`` from one dependency, an ``httpx2.BasicAuth`` from
    another), and the
    libraries refuse each other's objects. Converted are URL, Headers, Cookies, QueryParams, Timeout, BasicAuth, and any
    other Auth by running its flow.

    Args:
        value: Any argument of a client method.

    Returns:
        The value, or its twin from the chosen library.
    """
    kind: Any = value.__class__
    root = kind.__module__.partition(".")[0]
    if root == LIBRARY_NAME or root not in {"httpx", "httpx2", "httpxyz"}:
        return _adopt_auth(value) if _is_foreign_auth(value) else value
    convert = _CONVERSIONS.get(kind.__name__)
    if convert is not None:
        return convert(value)
    return _adopt_auth(value) if _is_foreign_auth(value) else value


def _adopt_url(value: Any) -> httpx.URL:
    return httpx.URL(str(value))


def _adopt_headers(value: Any) -> httpx.Headers:
    return httpx.Headers(value.raw)


def _adopt_cookies(value: Any) -> httpx.Cookies:
    return httpx.Cookies(value.jar)


def _adopt_params(value: Any) -> httpx.QueryParams:
    return httpx.QueryParams(str(value))


def _adopt_timeout(value: Any) -> httpx.Timeout:
    return httpx.Timeout(**value.as_dict())


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "URL": _adopt_url,
    "Headers": _adopt_headers,
    "Cookies": _adopt_cookies,
    "QueryParams": _adopt_params,
    "Timeout": _adopt_timeout,
}


def _is_foreign_auth(value: Any) -> bool:
    """Whether *value* is an Auth of a library that is loaded but not chosen."""
    for name in ("httpx", "httpx2"):
        module = sys.modules.get(name)
        if module is not None and module is not httpx and isinstance(value, module.Auth):
            return not isinstance(value, httpx.Auth)
    return False


def _adopt_auth(value: Any) -> Any:
    """Wrap a foreign Auth: its flow works on the header mapping and the URL, which both libraries share in shape."""
    return _AdoptedAuth(value)


class _AdoptedAuth(httpx.Auth):
    """An Auth of the other library, run on requests and responses of the chosen one."""

    def __init__(self, foreign: Any) -> None:
        self._foreign = foreign
        self.requires_request_body = foreign.requires_request_body
        self.requires_response_body = foreign.requires_response_body

    def auth_flow(self, request: httpx.Request) -> Any:
        """Run the foreign flow; requests and responses are alike enough in both libraries for it not to notice."""
        yield from self._foreign.auth_flow(request)
