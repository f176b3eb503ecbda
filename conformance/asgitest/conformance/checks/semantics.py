"""Family ``http``: what one response may not look like, with or without a schema.

Source: RFC 9110, RFC 6265. Depends on: the records.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from asgitest.conformance.checks.pairs import check_partial
from asgitest.conformance.checks.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.records import Exchange, Response

__all__ = ["check_semantics"]

_ETAG = re.compile(rb'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_ONCE = frozenset(
    {
        b"content-type",
        b"content-length",
        b"location",
        b"etag",
        b"last-modified",
        b"date",
        b"content-range",
        b"retry-after",
        b"expires",
        b"access-control-allow-origin",
    }
)
_DATES = (b"last-modified", b"expires", b"date")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_COOKIE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+=")
_CHARSET = re.compile(rb"charset=\"?([\w.:-]+)", re.IGNORECASE)


def check_semantics(exchange: Exchange) -> Iterator[Violation]:
    """Check one response by itself."""
    response = exchange.response
    if response is None:
        return
    status = response.status
    names = [name.lower() for name, _ in response.headers]
    if len(set(names)) < len(names):
        yield from _duplicates(names)
    if status in _REDIRECTS and b"location" not in names:
        yield Violation(
            check="http.location-missing",
            message=f"The redirect {status} has no Location.",
            cause=(str(status),),
            assertion="assert 'location' in response.headers",
        )
    if status == 401 and b"www-authenticate" not in names:  # noqa: PLR2004  Unauthorized
        yield Violation(
            check="http.challenge-missing",
            message="The 401 has no WWW-Authenticate.",
            cause=("401",),
            app_wide=True,
            assertion="assert 'www-authenticate' in response.headers",
        )
    if status == 405 and b"allow" not in names:  # noqa: PLR2004  Method Not Allowed
        yield Violation(
            check="http.method-405-has-allow",
            message="The 405 has no Allow.",
            cause=("405",),
            assertion="assert 'allow' in response.headers",
        )
    yield from check_partial(response)
    yield from _values(response)


def _duplicates(names: list[bytes]) -> Iterator[Violation]:
    for name in sorted(_ONCE):
        if names.count(name) > 1:
            text = name.decode()
            yield Violation(
                check="http.duplicate-header",
                message=f"{text} is given {names.count(name)} times.",
                cause=(text,),
                assertion=f"assert len(response.headers.get_list({text!r})) == 1",
            )


def _values(response: Response) -> Iterator[Violation]:
    for name, value in response.headers:
        folded = name.lower()
        if folded == b"etag" and not _ETAG.fullmatch(value):
            yield Violation(
                check="http.etag-syntax",
                message=f"ETag: {value.decode('latin-1')} is no entity tag; it needs double quotes.",
                cause=("etag",),
                assertion=f"assert response.headers['etag'] != {value.decode('latin-1')!r}",
            )
        elif folded in _DATES and not _is_date(value):
            text = folded.decode()
            yield Violation(
                check="http.date-syntax",
                message=f"{text}: {value.decode('latin-1')} is no HTTP date.",
                cause=(text,),
                assertion=f"assert response.headers[{text!r}] != {value.decode('latin-1')!r}",
            )
        elif folded == b"set-cookie" and not _COOKIE.match(value):
            yield Violation(
                check="http.cookie-syntax",
                message=f"Set-Cookie: {value.decode('latin-1')} has no name that a cookie can have.",
                cause=("cookie",),
                expected="Set-Cookie: name=value",
                actual=value.decode("latin-1"),
                assertion=f"assert response.headers['set-cookie'] != {value.decode('latin-1')!r}",
            )
        elif folded == b"content-type" and not response.truncated and not response.header(b"content-encoding"):
            yield from _charset(value, response.body)


def _is_date(value: bytes) -> bool:
    if value in {b"0", b"-1"}:
        return True
    try:
        parsedate_to_datetime(value.decode("latin-1"))
    except (TypeError, ValueError):
        return False
    return True


def _charset(content_type: bytes, body: bytes) -> Iterator[Violation]:
    match = _CHARSET.search(content_type)
    if match is None or not body:
        return
    charset = match[1].decode("ascii", "replace")
    try:
        body.decode(charset)
    except LookupError:
        problem = f"the charset {charset} is not known"
    except UnicodeDecodeError:
        problem = f"the body is not {charset}"
    else:
        return
    yield Violation(check="http.charset", message=f"{content_type.decode('latin-1')}: {problem}.", cause=(charset,))
