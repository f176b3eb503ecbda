"""Requests with credentials that nobody has: none at all, made up ones, and ones of the wrong form.

Depends on: operations, the records.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from asgitest.conformance.operation import Operation, SecurityScheme
    from asgitest.conformance.records import Request

__all__ = ["malformed_requests", "without_credentials", "without_fields"]

_TOKENS = (b"", b"a", b"a.b.c", b"asgitest", b"a" * 300, b"\xff\xfe", b"eyJhbGciOiJub25lIn0.e30.")
_BASIC = (b"", b"a", b"!!!", *(base64.b64encode(text) for text in (b"a", b"a:b", b":", b"\xff\xfe:\xff")))
_WRONG = (b"Bearer", b"Basic YTpi", b"asgitest", b" ", b"Digest username=a")


def without_credentials(
    request: Request, operation: Operation, schemes: Mapping[str, SecurityScheme]
) -> Request | None:
    """Take everything out of a request that says who asks; None when the operation lets everybody in.

    Args:
        request: One that worked.
        operation: What it is sent to.
        schemes: Those of the document, by name.
    """
    if not operation.security or not all(operation.security):
        return None
    headers, query = {b"authorization"}, set[bytes]()
    for scheme in (schemes[name] for name in _names(operation) if name in schemes):
        if scheme.type == "apiKey" and scheme.location == "header":
            headers.add(scheme.parameter.lower().encode("latin-1", "replace"))
        if scheme.type == "apiKey" and scheme.location == "cookie":
            headers.add(b"cookie")
        if scheme.type == "apiKey" and scheme.location == "query":
            query.add(quote(scheme.parameter).encode("ascii"))
    return without_fields(request, headers=headers, query=query)


def without_fields(request: Request, *, headers: Collection[bytes], query: Collection[bytes]) -> Request:
    """Take header fields and query parameters out of a request.

    Args:
        request: Is left as it is.
        headers: Names in lower case.
        query: Names, percent-encoded.
    """
    kept = tuple(pair for pair in request.headers if pair[0] not in headers)
    path, _, text = request.target.partition(b"?")
    pairs = [pair for pair in text.split(b"&") if pair and pair.partition(b"=")[0] not in query]
    target = path + (b"?" + b"&".join(pairs) if pairs else b"") if query else request.target
    return replace(request, headers=kept, target=target)


def malformed_requests(bare: Request, operation: Operation, schemes: Mapping[str, SecurityScheme]) -> Iterator[Request]:
    """Yield requests with made up credentials.

    Args:
        bare: Without any.
        operation: What it is sent to.
        schemes: Those of the document, by name.
    """
    for name in _names(operation):
        scheme = schemes.get(name)
        if scheme is None:
            continue
        if scheme.type == "apiKey":
            for token in _TOKENS:
                yield _with_key(bare, scheme, token)
            continue
        basic = scheme.scheme == "basic"
        values = [(b"Basic " if basic else b"Bearer ") + token for token in (_BASIC if basic else _TOKENS)]
        for value in (*values, *_WRONG):
            yield replace(bare, headers=(*bare.headers, (b"authorization", value)))


def _names(operation: Operation) -> list[str]:
    return list(dict.fromkeys(name for alternative in operation.security for name in alternative))


def _with_key(bare: Request, scheme: SecurityScheme, token: bytes) -> Request:
    if scheme.location == "query":
        mark = b"&" if b"?" in bare.target else b"?"
        pair = f"{quote(scheme.parameter)}={quote(token)}".encode("ascii")
        return replace(bare, target=bare.target + mark + pair)
    name = b"cookie" if scheme.location == "cookie" else scheme.parameter.lower().encode("latin-1", "replace")
    value = scheme.parameter.encode("latin-1", "replace") + b"=" + token if scheme.location == "cookie" else token
    return replace(bare, headers=(*bare.headers, (name, value)))
