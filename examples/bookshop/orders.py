"""Orders of customers: place, list, read, and the invoice as XML.

Guide: Additional Status Codes, Return a Response Directly, OpenAPI Callbacks, security with OAuth2 scopes.
"""

from __future__ import annotations

from typing import Annotated, Any
from xml.sax.saxutils import escape

from fastapi import APIRouter, BackgroundTasks, HTTPException, Query, Response
from fastapi.responses import JSONResponse

from examples.bookshop.catalogue import book_or_404
from examples.bookshop.documented import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED
from examples.bookshop.lifespan import CurrentShop, CurrentStore
from examples.bookshop.models import URL_PATTERN, NewOrder, Number, Order
from examples.bookshop.outgoing import announce, callbacks
from examples.bookshop.security import Customer

router = APIRouter(prefix="/orders", tags=["orders"], responses={**UNAUTHENTICATED, **FORBIDDEN})


class XMLResponse(Response):
    """An XML document."""

    media_type = "application/xml"


@router.post(
    "",
    status_code=201,
    response_model=Order,
    callbacks=callbacks.routes,
    responses={
        201: {"description": "The books are on their way"},
        202: {"model": Order, "description": "There are not enough in stock: they are ordered from the publisher"},
        **NOT_FOUND,
    },
)
async def place_order(
    wanted: NewOrder,
    shop: CurrentShop,
    customer: Customer,
    tasks: BackgroundTasks,
    callback_url: Annotated[str | None, Query(pattern=URL_PATTERN, max_length=300)] = None,
) -> Any:
    """Order some copies of one book. The shop calls back when *callback_url* is given."""
    book = book_or_404(shop.store, wanted.isbn)
    order = shop.store.add_order(customer.name, book, wanted.quantity)
    tasks.add_task(announce, shop, order, callback_url)
    if order.state == "backordered":
        return JSONResponse(order.model_dump(), status_code=202, background=tasks)
    return order


@router.get("")
async def list_orders(
    store: CurrentStore,
    customer: Customer,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> list[Order]:
    """List your orders by number, those with numbers above *after*."""
    return store.orders(customer=customer.name, after=after, limit=limit)


def order_or_404(store: CurrentStore, number: int, customer: Customer) -> Order:
    """Give an order of *customer*.

    Raises:
        HTTPException: 404, if there is none; also if it is somebody else's, whose orders are nobody's business.
    """
    order = store.order(number, customer.name)
    if order is None:
        raise HTTPException(404, "You have no such order")
    return order


@router.get("/{number}", responses=NOT_FOUND)
async def read_order(number: Number, store: CurrentStore, customer: Customer) -> Order:
    """Read one of your orders."""
    return order_or_404(store, number, customer)


@router.get("/{number}/invoice", response_class=XMLResponse, responses=NOT_FOUND)
async def read_invoice(number: Number, store: CurrentStore, customer: Customer) -> XMLResponse:
    """Read the invoice of one of your orders."""
    order = order_or_404(store, number, customer)
    lines = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in order.model_dump().items())
    return XMLResponse(f'<?xml version="1.0" encoding="UTF-8"?><invoice>{lines}</invoice>')
