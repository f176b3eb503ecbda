"""Documents with one operation, and what changed between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.document import Document
from asgitest.conformance.drift import compare_contracts, contract_of

if TYPE_CHECKING:
    from asgitest.conformance.drift import Change

__all__ = ["changes", "document", "names", "request", "response"]


def document(operation: dict[str, Any] | None = None, **fields: Any) -> Document:
    """A document with ``POST /items``, or with the fields given."""
    ok = {"responses": {"200": {"description": "ok"}}}
    raw = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}
    raw |= fields if "paths" in fields else {"paths": {"/items": {"post": ok | (operation or {})}}, **fields}
    return Document(raw=raw, origin="file", folder=Path())


def changes(before: Document, after: Document) -> list[Change]:
    """What changed."""
    return list(compare_contracts(contract_of([before]), contract_of([after])))


def names(before: Document, after: Document) -> list[str]:
    """The ids of what changed, without the family."""
    return [change.check.removeprefix("drift.") for change in changes(before, after)]


def request(schema: Any, **fields: Any) -> Document:
    """A document whose operation takes a property ``a`` with this schema."""
    body = {"type": "object", "properties": {"a": schema}}
    content = {"application/json": {"schema": body}}
    return document({"requestBody": {"content": content}}, **fields)


def response(schema: Any, **fields: Any) -> Document:
    """A document whose operation answers with a property ``a`` with this schema."""
    body = {"type": "object", "properties": {"a": schema}}
    content = {"application/json": {"schema": body}}
    return document({"responses": {"200": {"description": "ok", "content": content}}}, **fields)
