"""One request that is to be sent: values for the parameters and body of an operation, and how they came to be.

Depends on: the values of an operation, serialisation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from asgitest.conformance.operation import ABSENT, Body, Parameter
from asgitest.conformance.serialise import (
    cookie_text,
    header_text,
    path_text,
    query_pairs,
    write_body,
    write_query,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.conformance.operation import Operation

__all__ = ["ABSENT", "Case", "WireRequest"]

_FIELDS = {
    "path": "path_parameters",
    "query": "query",
    "querystring": "query",
    "header": "headers",
    "cookie": "cookies",
}
_PLACE = re.compile(r"\{([^{}:]+)(?::[^{}]*)?\}")


class WireRequest(NamedTuple):
    """A request as it goes over the wire.

    Args:
        method: Of HTTP.
        path: Percent-encoded.
        query_string: Percent-encoded, without the question mark.
        headers: Names in lower case.
        body: All of it.
    """

    method: str
    path: str
    query_string: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One request.

    Args:
        operation: What it is sent to.
        method: Other than the operation's for cases about methods; empty takes the operation's.
        path_parameters: Values by name.
        query: Values by name; names the operation does not know are sent as they are.
        headers: Likewise, names as documented.
        cookies: Likewise.
        body: A JSON value, or bytes for a body that is no JSON value, or :data:`ABSENT`.
        raw_body: Sent in place of *body*.
        media_type: Of the body.
        generator: ``T0`` examples, ``T1`` boundaries, ``T2`` random, ``T3`` feedback, ``T4`` Hypothesis.
        description: What was done to get it, a phrase.
        valid: Whether it is as documented; None when that cannot be told.
        violated: What makes it invalid, a phrase.
        seed: Path of the seed it was made from.
    """

    operation: Operation
    method: str = ""
    path_parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cookies: Mapping[str, Any] = field(default_factory=dict[str, Any])
    body: Any = ABSENT
    raw_body: bytes | None = None
    media_type: str | None = None
    generator: str = ""
    description: str = ""
    valid: bool | None = True
    violated: str = ""
    seed: str = ""
    _written: WireRequest | None = field(default=None, init=False, repr=False)

    @property
    def label(self) -> str:
        """Label of the operation."""
        return self.operation.label

    def part(self, location: str) -> Mapping[str, Any]:
        """The values of the parameters in one location."""
        return getattr(self, _FIELDS[location])  # type: ignore[no-any-return]  # all of them are mappings

    def with_part(self, location: str, values: Mapping[str, Any], *, description: str) -> Case:
        """Return a copy with other values for the parameters in one location."""
        changes: dict[str, Any] = {_FIELDS[location]: values, "description": description}
        return replace(self, **changes)

    def judged(self, *, valid: bool | None, violated: str) -> Case:
        """Return a copy of which is known whether it is as documented; what is sent stays the same."""
        copy = replace(self, valid=valid, violated=violated)
        object.__setattr__(copy, "_written", self._written)
        return copy

    def wire(self) -> WireRequest:
        """Write the request; once, for the values of a case do not change."""
        if self._written is None:
            object.__setattr__(self, "_written", self._write())
        return cast("WireRequest", self._written)

    def _write(self) -> WireRequest:
        """Write the request."""
        content, content_type = self._content()
        headers = self._written_headers()
        if content_type and not any(name == b"content-type" for name, _ in headers):
            headers.append((b"content-type", content_type.encode("latin-1", "replace")))
        if content or self.body is not ABSENT:
            headers.append((b"content-length", b"%d" % len(content)))
        return WireRequest(
            method=self.method or self.operation.method,
            path=self._path(),
            query_string=self._query_string(),
            headers=headers,
            body=content,
        )

    def _path(self) -> str:
        """Fill the template."""
        operation, values = self.operation, self.path_parameters

        def fill(place: re.Match[str]) -> str:
            name = place[1]
            if name not in values:
                return place[0]
            return path_text(operation.parameter("path", name) or _plain(name, "path"), values[name])

        return _PLACE.sub(fill, operation.path) if values else operation.path

    def _query_string(self) -> bytes:
        """Write the query."""
        if not self.query:
            return b""
        pairs: list[tuple[str, str]] = []
        reserved: set[str] = set()
        for name, value in self.query.items():
            whole = self.operation.parameter("querystring", name)
            if whole is not None:
                content, _ = write_body(Body(media_type=whole.content_type or ""), value)
                return content
            parameter = self.operation.parameter("query", name) or _plain(name, "query")
            pairs.extend(query_pairs(parameter, value))
            if parameter.allow_reserved:
                reserved.add(name)
        return write_query(pairs, reserved=frozenset(reserved)).encode("ascii")

    def _written_headers(self) -> list[tuple[bytes, bytes]]:
        """Write header and cookie parameters."""
        headers: list[tuple[bytes, bytes]] = []
        for name, value in self.headers.items():
            parameter = self.operation.parameter("header", name) or _plain(name, "header")
            headers.append((name.lower().encode("latin-1"), _header_bytes(header_text(parameter, value))))
        cookies: list[tuple[str, str]] = []
        for name, value in self.cookies.items():
            cookies.extend(cookie_text(self.operation.parameter("cookie", name) or _plain(name, "cookie"), value))
        if cookies:
            headers.append(
                (b"cookie", "; ".join(f"{name}={value}" for name, value in cookies).encode("latin-1", "replace"))
            )
        return headers

    def _content(self) -> tuple[bytes, str]:
        """Write the body, and say what it is."""
        if self.raw_body is not None:
            return self.raw_body, self.media_type or ""
        if self.body is ABSENT:
            return b"", ""
        for body in self.operation.bodies:
            if body.media_type == self.media_type:
                return write_body(body, self.body)
        return write_body(Body(media_type=self.media_type or "application/json"), self.body)


def _plain(name: str, location: Any) -> Parameter:
    """How a parameter nobody documented is written."""
    form = location in {"query", "cookie"}
    return Parameter(name=name, location=location, style="form" if form else "simple", explode=form)


def _header_bytes(text: str) -> bytes:
    """Encode the value of a header: latin-1 where that is possible, else UTF-8, as clients do."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
