"""Reports for the staff: a summary made of dataclasses, the orders as CSV, as JSON lines, as server-sent events.

Guide: Using Dataclasses, Custom Response - Stream.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator  # noqa: TC003 - FastAPI reads the return type
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field
from pydantic.dataclasses import dataclass as validated_dataclass

from examples.bookshop.documented import FORBIDDEN, UNAUTHENTICATED, header
from examples.bookshop.lifespan import CurrentStore
from examples.bookshop.models import Cents, Isbn, OrderEvent, Quantity
from examples.bookshop.security import Editor

router = APIRouter(prefix="/reports", tags=["reports"], responses={**UNAUTHENTICATED, **FORBIDDEN})
OrderNumber = Annotated[int, Query(ge=0, le=2**53)]


@dataclass(kw_only=True)
class Line:
    """What was sold of one book."""

    isbn: str
    copies: int = 0
    total_cents: int = 0


@dataclass(kw_only=True)
class Summary:
    """What was sold at all."""

    orders: int = 0
    total_cents: int = 0
    lines: list[Line] = field(default_factory=list)


@validated_dataclass(kw_only=True)
class Discount:
    """What a reader of the report is thinking about."""

    isbn: Isbn
    price_cents: Cents
    copies: Quantity = 1
    reason: Annotated[str, Field(max_length=200)] = ""


@dataclass(kw_only=True)
class Forecast:
    """What it would bring."""

    isbn: str
    income_cents: int


class CSVResponse(StreamingResponse):
    """Comma separated values, sent line by line."""

    media_type = "text/csv"


@router.get("/summary")
async def summarize(store: CurrentStore, _: Editor) -> Summary:
    """Sum up all orders."""
    summary, lines = Summary(), dict[str, Line]()
    async for order in store.stream_orders():
        line = lines.setdefault(order.isbn, Line(isbn=order.isbn))
        line.copies += order.quantity
        line.total_cents += order.total_cents
        summary.orders += 1
        summary.total_cents += order.total_cents
    summary.lines = sorted(lines.values(), key=lambda line: line.isbn)
    return summary


@router.post("/forecast")
def forecast(discount: Discount, _: Editor) -> Forecast:
    """Compute what selling some copies at another price would bring. It is no coroutine, so it runs in a thread."""
    return Forecast(isbn=discount.isbn, income_cents=discount.price_cents * discount.copies)


@router.get(
    "/orders.csv",
    response_class=CSVResponse,
    responses={200: {"headers": {"Content-Disposition": header("A file name for the download")}}},
)
async def export_csv(store: CurrentStore, _: Editor) -> CSVResponse:
    """Export all orders for a spreadsheet."""

    async def lines() -> AsyncIterator[str]:
        yield "id,isbn,quantity,total_cents,state\r\n"
        async for order in store.stream_orders():
            row = io.StringIO()
            csv.writer(row).writerow(order.model_dump().values())
            yield row.getvalue()

    return CSVResponse(lines(), headers={"Content-Disposition": 'attachment; filename="orders.csv"'})


@router.get("/orders.jsonl")
async def export_json_lines(store: CurrentStore, _: Editor) -> AsyncIterator[OrderEvent]:
    """Export all orders, one JSON object a line."""
    async for order in store.stream_orders():
        yield OrderEvent(id=order.id, isbn=order.isbn, state=order.state)


@router.get("/events", response_class=EventSourceResponse)
async def follow_orders(
    store: CurrentStore,
    _: Editor,
    after: OrderNumber = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[Any]:
    """Send what happened as server-sent events. A reconnecting browser gets only what it has not seen."""
    seen = last_event_id or ""
    start = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < len(str(2**53)) else after
    yield ServerSentEvent(comment="orders follow", retry=5000)
    async for order in store.stream_orders(after=start):
        event = OrderEvent(id=order.id, isbn=order.isbn, state=order.state)
        yield ServerSentEvent(data=event, event="order", id=str(order.id))
