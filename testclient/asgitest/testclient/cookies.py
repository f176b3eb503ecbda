"""A cookie jar that tells when it has changed, so that the ``Cookie`` header need not be worked out for each request.

Depends on: http_library.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asgitest.testclient.http_library import httpx

if TYPE_CHECKING:
    from http.cookiejar import Cookie

    from asgitest.testclient.preparation import Preparation

__all__ = ["CookieHeaders", "CountingJar"]


class _Policy(DefaultCookiePolicy):
    """Takes a cookie for exactly the host that set it, also if that is a single word, as browsers do."""

    def set_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        """Whether a cookie may be set for its domain; the standard library refuses ``Domain=testserver``.

        Source: RFC 6265, section 5.3, step 6.
        """
        url: str = request.get_full_url()
        host = urlsplit(url).hostname or ""
        if cookie.domain_specified and cookie.domain.lstrip(".") == host and "." not in host:
            # As if it had no domain: the standard library files it under a name of its own then.
            cookie.domain, cookie.domain_specified, cookie.domain_initial_dot = f"{host}.local", False, False
            return True
        return super().set_ok_domain(cookie, request)


_policy = _Policy()
"""One for all jars: to make one takes longer than a jar, and it keeps nothing but the time of the last request."""


class CountingJar(CookieJar):
    """A cookie jar with a count of its changes."""

    changes = 0

    def __init__(self) -> None:
        super().__init__(policy=_policy)

    def set_cookie(self, cookie: Cookie) -> None:
        """Store a cookie."""
        self.changes += 1
        super().set_cookie(cookie)

    def clear(self, domain: str | None = None, path: str | None = None, name: str | None = None) -> None:
        """Remove cookies: all, those of a domain, of a path, or one."""
        self.changes += 1
        super().clear(domain, path, name)


class CookieHeaders:
    """The ``Cookie`` header of each URL, remembered until the jar changes."""

    __slots__ = ("_changes", "_headers", "_jar")

    def __init__(self) -> None:
        self._jar: Any = None
        self._changes = -1
        self._headers: dict[Preparation, str | None] = {}

    def header(self, cookies: httpx.Cookies, prepared: Preparation) -> str | None:
        """The ``Cookie`` header for a URL; ``None`` if no cookie goes there."""
        jar = cookies.jar
        if not isinstance(jar, CountingJar):
            return _work_out(cookies, prepared.url)
        if not jar.changes:
            return None
        if jar is not self._jar or jar.changes != self._changes:
            self._jar, self._changes = jar, jar.changes
            self._headers.clear()
        elif prepared in self._headers:
            return self._headers[prepared]
        header = _work_out(cookies, prepared.url)
        if jar.changes == self._changes and all(cookie.expires is None for cookie in jar):
            self._headers[prepared] = header
        else:
            self._changes = -1
        return header


def _work_out(cookies: httpx.Cookies, url: httpx.URL) -> str | None:
    """Ask the HTTP library which ``Cookie`` header it would send."""
    if not any(True for _ in cookies.jar):
        return None
    request = httpx.Request("GET", url)
    cookies.set_cookie_header(request)
    header: str | None = request.headers.get("cookie")
    return header
