"""What lives from startup to shutdown: store, chat rooms, outgoing HTTP client, folder of covers, WSGI threads.

It travels in the lifespan state, so each request sees the shop of the lifespan it belongs to, in mounted apps too, and
an app can be started again after it was stopped.

Guide: Lifespan Events.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import httpx
from fastapi import Depends
from starlette.requests import HTTPConnection

from examples.bookshop.rooms import Rooms
from examples.bookshop.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI


@dataclass(slots=True, kw_only=True)
class Shop:
    """The resources of one lifespan."""

    store: Store
    rooms: Rooms
    outgoing_timeout: float
    outgoing_transport: httpx.AsyncBaseTransport | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _outgoing: httpx.AsyncClient | None = None
    _covers: str | None = None

    @property
    def outgoing(self) -> httpx.AsyncClient:
        """The client for callbacks and webhooks, made when it is needed first."""
        if self._outgoing is None:
            self._outgoing = httpx.AsyncClient(timeout=self.outgoing_timeout, transport=self.outgoing_transport)
        return self._outgoing

    @property
    def covers(self) -> str:
        """The folder for uploaded covers, made when it is needed first."""
        if self._covers is None:
            self._covers = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bookshop-covers-"))
        return self._covers

    async def close(self) -> None:
        if self._outgoing is not None:
            await self._outgoing.aclose()
        self._stack.close()
        self.store.close()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Open the shop, hand it to the requests as ``request.state.shop``, and close it."""
    shop = Shop(
        store=Store(),
        rooms=Rooms(),
        outgoing_timeout=app.state.settings.outgoing_timeout,
        outgoing_transport=app.state.outgoing_transport,
    )
    try:
        async with app.state.legacy.running():
            yield {"shop": shop}
    finally:
        await shop.close()


def get_shop(connection: HTTPConnection) -> Shop:
    """Give the resources of the running lifespan."""
    shop: Shop = connection.state.shop
    return shop


def get_store(connection: HTTPConnection) -> Store:
    """Give the database of the running lifespan."""
    return get_shop(connection).store


CurrentShop = Annotated[Shop, Depends(get_shop)]
CurrentStore = Annotated[Store, Depends(get_store)]
