"""Names of operations, for SDK generators: ``catalogue-list_books``, so that a client has ``catalogue.listBooks()``.

Guide: Generating SDKs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi.routing import APIRoute


def operation_id(route: APIRoute) -> str:
    """Give an operation a name made of its tag and its function."""
    return f"{route.tags[0]}-{route.name}" if route.tags else route.name


def strip_tags(schema: dict[str, Any]) -> dict[str, Any]:
    """Take the tags out of the operation ids of *schema*, as an SDK generator that groups by tag wants it."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            for tag in operation.get("tags", ()):
                operation["operationId"] = operation["operationId"].removeprefix(f"{tag}-")
    return schema
