"""Requests the shop sends: the callback of one order, and the webhook ``new-order`` to everybody who subscribed.

A receiver that fails, hangs or redirects never harms the shop: the order stands, and the failure is logged.

Guide: OpenAPI Callbacks, OpenAPI Webhooks.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
from fastapi import APIRouter

from examples.bookshop.models import OrderEvent, Receipt

if TYPE_CHECKING:
    from examples.bookshop.lifespan import Shop
    from examples.bookshop.models import Order

log = logging.getLogger("bookshop.outgoing")
callbacks = APIRouter()
webhooks = APIRouter()


@callbacks.post(
    "{$request.query.callback_url}/orders/{$response.body#/id}",
    response_model=Receipt,
    operation_id="callback-order_changed",
)
def order_changed(body: OrderEvent) -> None:
    """Tell whoever placed an order what became of it."""


@webhooks.post("new-order", operation_id="webhook-new_order", tags=["webhooks"])
def new_order(body: OrderEvent) -> None:
    """Tell every subscriber about an order. Any answer is taken; none is needed."""


async def post(shop: Shop, url: str, event: OrderEvent) -> None:
    """Send *event* to *url*, once."""
    try:
        response = await shop.outgoing.post(url, json=event.model_dump())
        response.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.warning("order %s could not be told to %s: %r", event.id, url, error)


async def announce(shop: Shop, order: Order, callback_url: str | None) -> None:
    """Send the callback of *order*, if its customer asked for one, and the webhooks."""
    event = OrderEvent(id=order.id, isbn=order.isbn, state=order.state)
    if callback_url is not None:
        await post(shop, f"{callback_url.rstrip('/')}/orders/{order.id}", event)
    for url in shop.store.subscriptions():
        await post(shop, url, event)
