"""The back office: for the staff, who come with HTTP Basic credentials.

Guide: Settings and dependencies, Using the Request Directly, Behind a Proxy, excluding an operation from the schema.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from examples.bookshop.documented import FORBIDDEN, UNAUTHENTICATED
from examples.bookshop.lifespan import CurrentStore
from examples.bookshop.security import Administrator
from examples.bookshop.settings import CurrentSettings

router = APIRouter(prefix="/admin", tags=["admin"], responses={**UNAUTHENTICATED, **FORBIDDEN})


class Office(BaseModel):
    """What the staff sees first."""

    shop_name: str
    administrator: str
    client: str | None
    root_path: str
    books: int


@router.get("/office")
async def read_office(
    request: Request, store: CurrentStore, settings: CurrentSettings, administrator: Administrator
) -> Office:
    """Say who asks, from where, and how the shop is set up."""
    return Office(
        shop_name=settings.shop_name,
        administrator=administrator,
        client=request.client.host if request.client else None,
        root_path=request.scope.get("root_path", ""),
        books=sum(1 for _ in store.all_books()),
    )


@router.get("/health", include_in_schema=False)
async def read_health() -> dict[str, str]:
    """Say that the app runs. Load balancers ask, SDKs do not."""
    return {"status": "ok"}
