"""An app of its own for other shops, mounted under ``/partners``, with its own schema and its own key.

It has no lifespan (the guide: only the main app's runs): the shop's resources reach it through the lifespan state.

Guide: Sub Applications - Mounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI

from examples.bookshop.catalogue import book_or_404
from examples.bookshop.documented import EVERYWHERE, UNAUTHENTICATED, refused
from examples.bookshop.lifespan import CurrentStore
from examples.bookshop.models import Book, Isbn, Refusal
from examples.bookshop.operations import operation_id
from examples.bookshop.refusals import add_refusals
from examples.bookshop.security import check_partner

if TYPE_CHECKING:
    from examples.bookshop.settings import Settings


async def list_stock(store: CurrentStore) -> list[Book]:
    """List all books, newest first."""
    return list(store.all_books())


async def read_stock(isbn: Isbn, store: CurrentStore) -> Book:
    """Read one book."""
    return book_or_404(store, isbn)


def create_partners_app(settings: Settings) -> FastAPI:
    """Build the app for partners."""
    app = FastAPI(
        title=f"{settings.shop_name} for partners",
        version="1.0.0",
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        dependencies=[Depends(check_partner)],
        responses={**EVERYWHERE, **UNAUTHENTICATED},
    )
    app.state.settings = settings
    missing = refused("There is no such book")
    app.add_api_route("/stock", list_stock, tags=["stock"])
    app.add_api_route("/stock/{isbn}", read_stock, tags=["stock"], responses={404: {**missing, "model": Refusal}})
    add_refusals(app)
    return app
