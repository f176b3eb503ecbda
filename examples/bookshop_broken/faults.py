"""The faults that were planted, and which check sees each."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FAULTS", "Fault"]


class Fault(NamedTuple):
    """One fault.

    Args:
        what: What is wrong, and what a user of the shop would notice.
        operation: Where.
        checks: Ids of the checks that may report it.
    """

    what: str
    operation: str
    checks: tuple[str, ...]


FAULTS = (
    Fault("an unknown number raises KeyError", "GET /books/{isbn}", ("http.unhandled-exception",)),
    Fault("bestsellers stand behind /books/{isbn}", "GET /books/bestsellers", ("routes.shadowed",)),
    Fault("an old book has no year, which its model has", "GET /books", ("openapi.body-schema",)),
    Fault("a price below zero is taken", "PUT /books/{isbn}", ("openapi.negative-accepted",)),
    Fault("a cancelled order can be read", "GET /orders/{number}", ("state.use-after-delete",)),
    Fault("the schema has no 404 for orders", "GET /orders/{number}", ("openapi.status-undocumented",)),
    Fault("a 401 names no scheme", "GET /account", ("http.challenge-missing",)),
    Fault("a gift voucher over nothing raises", "GET /vouchers/{code}", ("http.unhandled-exception",)),
    Fault("a tidy 500 hides a bug", "GET /authors", ("openapi.server-error", "http.unhandled-exception")),
    Fault("two operations have one operationId", "GET /authors/{name}", ("schema.operation-id-unique",)),
    Fault("a CSV file is documented as JSON", "GET /reports/sales", ("openapi.content-type",)),
    Fault("Content-Length counts characters, not bytes", "GET /poem", ("http.content-length", "asgi.http-027")),
    Fault("a response is started twice", "GET /legacy/stock", ("asgi.http.start-twice",)),
    Fault(
        "the chat takes every text for JSON", "WS /chat", ("websocket.unhandled-exception", "websocket.bad-frame-type")
    ),
    Fault("a task survives the shutdown", "LIFESPAN", ("lifespan.tasks-left",)),
)
