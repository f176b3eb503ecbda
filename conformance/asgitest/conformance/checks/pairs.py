"""Family ``http``, two exchanges: what the answer to one request says about the answer to another.

Each check takes the answer to a plain request first, then the answer to the same request with one thing changed.

Source: RFC 9110, sections 9.3.2, 12.5.5, 13, 14, 15.3.7. Depends on: the records.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING

from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.records import Exchange, Response

__all__ = [
    "check_compressed",
    "check_conditional",
    "check_cut",
    "check_default",
    "check_head",
    "check_huge_header",
    "check_ignored_security",
    "check_options",
    "check_other_method",
    "check_partial",
    "check_range",
    "check_read_only",
    "check_repeated",
    "check_varied",
]

_SUCCESS = range(200, 300)
_SERVER_ERROR = 500
_NOT_MODIFIED = 304
_PARTIAL = 206
_NOT_ALLOWED = 405
_NOT_IMPLEMENTED = 501
_NO_HEAD = frozenset({"fastapi", "litestar"})
"""Frameworks in which a route for GET alone does not take HEAD."""
_RANGE = re.compile(rb"bytes (\d+)-(\d+)/(\d+|\*)")
_GZIP = b"\x1f\x8b"


def check_repeated(first: Exchange, second: Exchange) -> Iterator[Violation]:
    """See whether the same GET twice has the same status."""
    if first.status in _SUCCESS and second.status != first.status:
        yield Violation(
            check="http.nondeterministic-get",
            message=f"The same request was answered with {first.status}, and then with {second.status}.",
            cause=("status",),
            expected=str(first.status),
            actual=str(second.status),
        )


def check_head(get: Exchange, head: Exchange, *, framework: str = "") -> Iterator[Violation]:
    """Compare the answer to HEAD with the one to GET."""
    if get.response is None or head.response is None or head.status >= _SERVER_ERROR:
        return
    if head.status in {_NOT_ALLOWED, _NOT_IMPLEMENTED} or head.status != get.status:
        refused = framework in _NO_HEAD and (head.status == _NOT_ALLOWED or head.routed is False)
        yield Violation(
            check="http.head-parity",
            message=f"GET is answered with {get.status}, HEAD with {head.status}.",
            cause=("status",),
            expected=str(get.status),
            actual=str(head.status),
            quirk=f"{framework}.head-405" if refused else None,
            # To refuse HEAD is an honest answer, and what most frameworks do with a route for GET.
            severity="info" if head.status in {_NOT_ALLOWED, _NOT_IMPLEMENTED} else None,
            assertion=f"assert response.status_code != {head.status}",
        )
        return
    for name in (b"content-length", b"content-type", b"etag", b"last-modified"):
        wanted, seen = get.response.header(name), head.response.header(name)
        if seen is not None and wanted is not None and seen != wanted:
            text = name.decode()
            yield Violation(
                check="http.head-parity",
                message=f"{text} is {wanted.decode('latin-1')} with GET and {seen.decode('latin-1')} with HEAD.",
                cause=(text,),
                expected=wanted.decode("latin-1"),
                actual=seen.decode("latin-1"),
                assertion=f"assert response.headers[{text!r}] != {seen.decode('latin-1')!r}",
            )


def check_other_method(exchange: Exchange) -> Iterator[Violation]:
    """See whether a method that nothing documents for a path is refused."""
    if exchange.status in _SUCCESS:
        method = exchange.request.method
        yield Violation(
            check="http.unsupported-method",
            message=f"{method} is not documented here, and was answered with {exchange.status}.",
            cause=(method,),
            expected="405 with Allow, or 501.",
            actual=str(exchange.status),
            assertion=f"assert response.status_code != {exchange.status}",
        )


def check_options(exchange: Exchange, method: str) -> Iterator[Violation]:
    """See whether a successful OPTIONS names the methods there are."""
    if exchange.response is None or exchange.status not in _SUCCESS:
        return
    allow = exchange.response.header(b"allow")
    if allow is None or method not in {name.strip() for name in allow.decode("latin-1").upper().split(",")}:
        yield Violation(
            check="http.options-allow",
            message=f"OPTIONS is answered with {exchange.status} and "
            + ("without Allow." if allow is None else f"Allow: {allow.decode('latin-1')}, which lacks {method}."),
            cause=("allow",),
            expected=f"Allow with {method}.",
            actual="None." if allow is None else allow.decode("latin-1"),
        )


def check_conditional(plain: Exchange, conditional: Exchange, validator: str) -> Iterator[Violation]:
    """See whether a request whose condition says that nothing has changed is answered with 304.

    Args:
        plain: The answer with the validator.
        conditional: The answer to the request that names it.
        validator: ``ETag`` or ``Last-Modified``.
    """
    if plain.response is None or conditional.response is None or conditional.status != plain.status:
        return
    name = validator.lower().encode()
    if plain.response.header(name) == conditional.response.header(name):
        yield Violation(
            check="http.conditional-ignored",
            message=f"The {validator} matches, and the answer is {conditional.status} with the whole body.",
            cause=(validator,),
            expected="304",
            actual=str(conditional.status),
            assertion=f"assert response.status_code != {conditional.status}",
        )


def check_cut(first: Exchange, second: Exchange, cut: Exchange) -> Iterator[Violation]:
    """See whether a body in two messages is answered as it is in one.

    Args:
        first: The answer to the body in one message.
        second: The answer to the same once more, on the same state.
        cut: The answer to the body in two, on the same state.
    """
    answers = [exchange.response for exchange in (first, second, cut)]
    if any(response is None or not response.complete for response in answers) or first.status != second.status:
        return
    one, again, two = (response.body for response in answers if response is not None)
    if cut.status == first.status and (one != again or one == two):
        return
    what = f"{cut.status} instead of {first.status}" if cut.status != first.status else "another body"
    yield Violation(
        check="asgi.http-034",
        message=f"ASGI-HTTP-034: a body that comes in two messages is answered with {what}.",
        cause=("cut",),
        expected="The same answer however the body is cut: receive until more_body is false.",
        actual=what,
        rule="ASGI-HTTP-034",
    )


def check_range(plain: Exchange, ranged: Exchange) -> Iterator[Violation]:
    """See whether a range that was offered is served."""
    if ranged.status == plain.status:
        yield Violation(
            check="http.range-ignored",
            message="Accept-Ranges offers bytes, and a request for some is answered with all.",
            cause=("range",),
            expected="206",
            actual=str(ranged.status),
        )


def check_partial(response: Response) -> Iterator[Violation]:
    """See whether a 206 says which bytes it has."""
    if response.status != _PARTIAL or response.truncated or not response.complete:
        return
    if response.media_type == "multipart/byteranges":
        return
    given = response.header(b"content-range")
    match = _RANGE.fullmatch(given) if given is not None else None
    problem = ""
    if given is None or match is None:
        problem = "has no Content-Range" if given is None else f"has Content-Range: {given.decode('latin-1')}"
    else:
        first, last = int(match[1]), int(match[2])
        whole = None if match[3] == b"*" else int(match[3])
        if last - first + 1 != len(response.body) or last < first or (whole is not None and last >= whole):
            problem = f"has Content-Range: {given.decode('latin-1')} and {len(response.body)} bytes"
    if problem:
        yield Violation(
            check="http.bad-206",
            message=f"The partial response {problem}.",
            cause=("content-range",),
            expected="Content-Range: bytes first-last/size, both ends included.",
            actual="None." if given is None else given.decode("latin-1"),
        )


def check_varied(plain: Exchange, varied: Exchange, header: str) -> Iterator[Violation]:
    """See whether an answer that depends on a request header says so in Vary.

    Args:
        plain: The answer without it; the same twice.
        varied: The answer with it.
        header: Its name.
    """
    first, second = plain.response, varied.response
    if first is None or second is None or first.status != second.status or second.status not in _SUCCESS:
        return
    named = {
        name.strip().lower()
        for response in (first, second)
        for value in response.values(b"vary")
        for name in value.decode("latin-1").split(",")
    }
    if header.lower() in named or "*" in named:
        return
    differs = first.body != second.body or first.header(b"content-language") != second.header(b"content-language")
    mirrored = header.lower() == "origin" and _mirrors(varied)
    if differs or mirrored:
        what = "Access-Control-Allow-Origin repeats the Origin" if mirrored else f"The response depends on {header}"
        yield Violation(
            check="http.vary-missing",
            message=f"{what}, and Vary does not name it.",
            cause=(header.lower(),),
            expected=f"Vary: {header}",
            actual=", ".join(sorted(named)) or "No Vary.",
            assertion=f"assert {header.lower()!r} in response.headers.get('vary', '').lower()",
        )


def _mirrors(exchange: Exchange) -> bool:
    """Whether the answer allows exactly the origin that asked."""
    allowed = exchange.response.header(b"access-control-allow-origin") if exchange.response is not None else None
    origins = [value for name, value in exchange.request.headers if name == b"origin"]
    return allowed is not None and allowed in origins


def check_compressed(exchange: Exchange) -> Iterator[Violation]:
    """See whether a compressed response is compressed once, as it says, and varies."""
    response = exchange.response
    if response is None or response.truncated or not response.body:
        return
    codings = [value.decode("latin-1").lower() for value in response.values(b"content-encoding")]
    names = [name.strip() for value in codings for name in value.split(",") if name.strip() != "identity"]
    if not names:
        return
    problem = "" if len(names) == 1 else f"Content-Encoding: {', '.join(names)}"
    if names[0] in {"gzip", "x-gzip"} and not problem:
        try:
            inner = zlib.decompress(response.body, wbits=31)
        except zlib.error:
            problem = "the body is not gzip"
        else:
            problem = "the body is gzip within gzip" if inner.startswith(_GZIP) else ""
    if problem:
        yield Violation(
            check="http.compression-double",
            message=f"The response is not compressed once, as it should be: {problem}.",
            cause=("coding",),
            expected="One coding, and a body in it.",
            actual=problem,
        )
    varies = {name.strip().lower() for value in response.values(b"vary") for name in value.decode("latin-1").split(",")}
    if not varies & {"accept-encoding", "*"}:
        yield Violation(
            check="http.compression-vary",
            message=f"The response is {names[0]}, and Vary does not name Accept-Encoding.",
            cause=("vary",),
            expected="Vary: Accept-Encoding",
            actual=", ".join(sorted(varies)) or "No Vary.",
            assertion="assert 'accept-encoding' in response.headers.get('vary', '').lower()",
        )


def check_huge_header(plain: Exchange, huge: Exchange) -> Iterator[Violation]:
    """See whether a large header makes the app fail where it does not fail without."""
    failed = huge.exception is not None or huge.status >= _SERVER_ERROR
    if failed and plain.exception is None and 0 < plain.status < _SERVER_ERROR:
        error = huge.exception
        told = f"{type(error).__name__}: {error}" if error is not None else str(huge.status)
        yield Violation(
            check="http.huge-header",
            message=f"With a header of several KiB the request fails: {told[:200]}",
            cause=("huge header",),
            exception=error,
            expected="An answer below 500.",
            actual=told[:200],
        )


def check_ignored_security(exchange: Exchange) -> Iterator[Violation]:
    """See whether a request without the credentials that are documented succeeds."""
    if exchange.status in _SUCCESS:
        yield Violation(
            check="openapi.ignored-auth",
            # Documents cannot tell credentials that are required from ones that are only looked at.
            severity="warning",
            message=f"Without credentials the answer is {exchange.status}.",
            cause=("without",),
            expected="401 or 403.",
            actual=str(exchange.status),
            assertion=f"assert response.status_code != {exchange.status}",
        )


def check_read_only(exchange: Exchange, name: str, value: object) -> Iterator[Violation]:
    """See whether a read-only property that was sent is taken in: the answer has its value.

    Args:
        exchange: The answer to a body with it.
        name: Of the property.
        value: One that the app would not have chosen.
    """
    if exchange.response is None or exchange.status not in _SUCCESS:
        return
    try:
        told = json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return
    if is_object(told) and told.get(name) == value:
        yield Violation(
            check="openapi.read-only-accepted",
            message=f"{name!r} is read-only, was sent as {value!r}, and was taken in.",
            cause=(name,),
            expected=f"{name!r} is ignored or refused.",
            actual=repr(value),
        )


def check_default(left_out: Exchange, given: Exchange, name: str) -> Iterator[Violation]:
    """See whether leaving a parameter out is the same as sending its documented default."""
    first, second = left_out.response, given.response
    if first is None or second is None or first.status not in _SUCCESS:
        return
    if (first.status, first.body) != (second.status, second.body):
        yield Violation(
            check="openapi.default-not-applied",
            message=f"Without {name!r} the answer is not the one that its documented default gets.",
            cause=(name,),
            expected=f"{second.status} {second.body[:80].decode('utf-8', 'replace')}",
            actual=f"{first.status} {first.body[:80].decode('utf-8', 'replace')}",
        )
