"""The app factory: settings in, a complete app out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from examples.bookshop import (
    accounts,
    admin,
    catalogue,
    chat,
    covers,
    orders,
    outgoing,
    pages,
    reports,
    subscriptions,
)
from examples.bookshop.documented import EVERYWHERE
from examples.bookshop.legacy import LegacyMount
from examples.bookshop.lifespan import lifespan
from examples.bookshop.middleware import RequestId
from examples.bookshop.operations import operation_id
from examples.bookshop.partners import create_partners_app
from examples.bookshop.refusals import add_refusals
from examples.bookshop.settings import Settings

if TYPE_CHECKING:
    import httpx

ROUTERS = (
    accounts.router,
    pages.router,
    catalogue.router,
    covers.router,
    orders.router,
    subscriptions.router,
    chat.router,
    reports.router,
    admin.router,
)


def create_app(
    settings: Settings | None = None, *, outgoing_transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Build the bookshop.

    Args:
        settings: What an operator decides; the environment by default.
        outgoing_transport: Where callbacks and webhooks go instead of the network.
    """
    settings = settings or Settings()
    middleware = [
        Middleware(RequestId),
        Middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts, www_redirect=False),
    ]
    if settings.compress:
        middleware.append(Middleware(GZipMiddleware, minimum_size=500))
    if settings.force_https:
        middleware.insert(1, Middleware(HTTPSRedirectMiddleware))
    app = FastAPI(
        title=settings.shop_name,
        version="1.0.0",
        summary="One app that uses every chapter of the Advanced User Guide",
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        max_body_size=settings.max_body_bytes,
        lifespan=lifespan,
        middleware=middleware,
        responses=EVERYWHERE,
    )
    # `itemSchema` of streams is a word of this version.
    app.openapi_version = "3.2.0"
    app.state.settings = settings
    app.state.outgoing_transport = outgoing_transport
    app.state.legacy = LegacyMount()
    for router in ROUTERS:
        app.include_router(router)
    app.webhooks.include_router(outgoing.webhooks)
    app.mount("/partners", create_partners_app(settings), name="partners")
    app.mount("/legacy", app.state.legacy, name="legacy")
    app.mount("/static", pages.static, name="static")
    add_refusals(app)
    return app
