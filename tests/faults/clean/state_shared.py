"""A Starlette app whose lifespan state is used as a scratch pad by the requests."""

from __future__ import annotations

from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app: Starlette):
    yield {"basket": []}


async def basket(request: Request) -> JSONResponse:
    items = list(request.state.basket)
    items.append("apple")
    return JSONResponse(items)


app = Starlette(routes=[Route("/basket", basket)], lifespan=lifespan)
