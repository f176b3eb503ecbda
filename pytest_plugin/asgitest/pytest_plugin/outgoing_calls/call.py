"""One outgoing call, whichever library made it, and what it gets for an answer.

Depends on: the standard library.
"""

from __future__ import annotations

import fnmatch
import json
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["Answer", "Failure", "Headers", "OutgoingCall", "header_of", "matches", "origin_of"]

Headers = tuple[tuple[str, str], ...]
Trouble = Literal["connect", "timeout"]
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call gets.

    Args:
        status: Of the response.
        headers: In order; without those that say how the body was encoded on the way.
        content: The body, decoded.
    """

    status: int = 200
    headers: Headers = ()
    content: bytes = b""


class Failure(Exception):
    """A call fails, as one does whose receiver cannot be reached or does not answer.

    Args:
        kind: Which of the two.
        text: What the library's own exception says.
    """

    def __init__(self, kind: Trouble, text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(slots=True, kw_only=True)
class OutgoingCall:
    """A call that the app made.

    Args:
        method: In upper case.
        url: Absolute.
        headers: As sent, names in lower case.
        content: The body.
        library: ``httpx``, ``httpx2``, ``requests`` or ``aiohttp``.
        answer: What it got; ``None`` if it failed.
        expected: Whether the test knew of it.
        webhook: The webhook that the test says it is.
    """

    method: str
    url: str
    headers: Headers = ()
    content: bytes = b""
    library: str = ""
    answer: Answer | None = field(default=None, repr=False)
    expected: bool = True
    webhook: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return header_of(self.headers, name)

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.content)

    @property
    def text(self) -> str:
        """The body, read as UTF-8."""
        return self.content.decode("utf-8", "replace")

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return origin_of(self.url)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def header_of(headers: Headers, name: str) -> str | None:
    """The first value of a header; case does not count."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, without the usual port.

    Raises:
        ValueError: If it is not absolute.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no absolute http or https URL")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def matches(pattern: str, url: str) -> bool:
    """Whether *url* is what *pattern* says, however either is written.

    The origin may have its usual port, the path may be escaped, and the order of parameters does not count.

    Args:
        pattern: Absolute; without a query it takes any; may hold the wildcards of `fnmatch`.
        url: Absolute.
    """
    place, asked, query = pattern.partition("?")
    if not fnmatch.fnmatchcase(_plain(url), _plain(place)):
        return False
    given = url.partition("?")[2]
    return not asked or fnmatch.fnmatchcase(given, query) or _parameters(given) == _parameters(query)


def _plain(url: str) -> str:
    """A URL without its query, its usual port and its escapes; its path is ``/`` at least."""
    place = url.partition("?")[0]
    try:
        origin, path = origin_of(place), urlsplit(place).path
    except ValueError:
        return place
    return origin + (unquote(path) or "/")


def _parameters(query: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query, keep_blank_values=True))
