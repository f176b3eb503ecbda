"""Headers that are ready before the request is: what a client sends each time, in the forms that are needed.

Depends on: http_library.
"""

from __future__ import annotations

from typing import Any

from asgitest.testclient.asgi.kinds import class_of, is_dict
from asgitest.testclient.http_library import httpx

__all__ = [
    "BODY_METHODS",
    "ClientHeaders",
    "Headers",
    "Template",
    "extended_template",
    "has_forbidden",
    "key_of",
    "template_of",
]

BODY_METHODS = frozenset({"POST", "PUT", "PATCH", "QUERY"})
"""Whose requests have a body, if an empty one."""
_FRAMING = frozenset({b"host", b"content-length", b"transfer-encoding"})
_FORBIDDEN = (b"\r", b"\n", b"\0")

ClientHeaders = list[tuple[bytes, bytes]]


class Headers(httpx.Headers):
    """The headers of a client, with a count of their changes: so that what is made of them can be kept."""

    changes = 0

    def __setitem__(self, key: str, value: str) -> None:
        self.changes += 1
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self.changes += 1
        super().__delitem__(key)

    def update(self, headers: Any = None) -> None:  # type: ignore[override]  # as the library has it
        """Set several headers."""
        self.changes += 1
        super().update(headers)


class Template:
    """What the requests to one server with the same headers have in common."""

    __slots__ = ("headers", "is_usual", "names", "scope_headers", "with_extra")

    def __init__(self, front: tuple[bytes, bytes], raw: ClientHeaders) -> None:
        self.headers = httpx.Headers([front, *raw])
        self.scope_headers = [(name.lower(), value) for name, value in (front, *raw)]
        self.names = frozenset(name.lower() for name, _ in raw)
        self.is_usual = _FRAMING.isdisjoint(self.names) and not has_forbidden(raw)
        self.with_extra: dict[tuple[tuple[str, str], ...], Template] = {}
        """The same with the headers of a request."""

    def with_body(self, method: str, body: bytes, kind: str | None, *, cookie: str | None) -> httpx.Headers:
        """The headers of a request with a body, which may be empty, or with cookies.

        Args:
            method: In upper case.
            body: All of it.
            kind: Its media type, if the library would name one.
            cookie: The ``Cookie`` header, if there is one.
        """
        if not body and kind is None and method in BODY_METHODS:
            front, *raw = self.headers.raw
            merged = httpx.Headers([front, (b"Content-Length", b"0"), *raw])
        else:
            merged = httpx.Headers(self.headers)
        if cookie is not None:
            merged["Cookie"] = cookie
        if body or kind is not None:
            merged["Content-Length"] = str(len(body))
            if kind is not None and b"content-type" not in self.names:
                merged["Content-Type"] = kind
        return merged


# They are the same for all clients of a process: tests make many clients, and give few of them headers of their own.
_templates: dict[tuple[Any, ...], Template] = {}
_MAX_TEMPLATES = 256


def template_of(front: tuple[bytes, bytes], raw: ClientHeaders) -> Template:
    """Look up, or make, the template for a ``Host`` header and the headers of a client."""
    key = (front, *raw)
    found = _templates.get(key)
    if found is None:
        if len(_templates) >= _MAX_TEMPLATES:
            _templates.clear()
        found = _templates[key] = Template(front, raw)
    return found


def extended_template(
    template: Template, headers: httpx.Headers, extra: Any, *, front: tuple[bytes, bytes]
) -> Template:
    """Look up, or make, the template for the headers of a client and of a request.

    Args:
        template: For those of the client.
        headers: Of the client.
        extra: Of the request.
        front: The ``Host`` header.
    """
    key = key_of(extra, _TEXT)
    found = None if key is None else template.with_extra.get(key)
    if found is None:
        merged = httpx.Headers(headers)
        merged.update(extra)
        found = template_of(front, merged.raw)
        if key is not None:
            if len(template.with_extra) >= _MAX_TEMPLATES:
                template.with_extra.clear()
            template.with_extra[key] = found
    return found


_TEXT = frozenset({str})


def key_of(pairs: Any, kinds: frozenset[type]) -> tuple[tuple[str, Any], ...] | None:
    """Make a key of a dict, if it holds nothing but text and values of some kinds.

    Args:
        pairs: Headers or parameters of a request.
        kinds: Classes whose values are the same if they are equal.

    Returns:
        The key; ``None`` if there is none.
    """
    if not is_dict(pairs):
        return None
    for name, value in pairs.items():
        if class_of(name) is not str or class_of(value) not in kinds:
            return None
    return tuple(pairs.items())


def has_forbidden(headers: ClientHeaders) -> bool:
    """Whether a header value could not be sent."""
    joined = b"".join(value for _, value in headers)
    return any(byte in joined for byte in _FORBIDDEN)
