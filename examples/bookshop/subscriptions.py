"""Who gets the webhook ``new-order``.

Guide: OpenAPI Webhooks.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from examples.bookshop.documented import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED
from examples.bookshop.lifespan import CurrentStore
from examples.bookshop.models import Number, Subscription
from examples.bookshop.security import Customer

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"], responses={**UNAUTHENTICATED, **FORBIDDEN})


class Subscribed(BaseModel):
    """The number to unsubscribe with."""

    id: int


@router.post("", status_code=201)
async def subscribe(wanted: Subscription, store: CurrentStore, _: Customer) -> Subscribed:
    """Have a URL told about every order. Asking twice is asking once."""
    return Subscribed(id=store.subscribe(wanted.url))


@router.delete("/{number}", status_code=204, responses=NOT_FOUND)
async def unsubscribe(number: Number, store: CurrentStore, _: Customer) -> None:
    """Have it told no more."""
    if not store.unsubscribe(number):
        raise HTTPException(404, "There is no such subscription")
