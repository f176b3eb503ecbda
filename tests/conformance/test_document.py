"""Where the OpenAPI document of an app comes from."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from asgitest.conformance.document import served_at, served_document

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp


def _needs_lifespan() -> ASGIApp:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.name = "ready"
        yield

    app = FastAPI(lifespan=lifespan)

    @app.middleware("http")
    async def name(request: Request, call_next: object) -> Response:
        response: Response = await call_next(request)  # type: ignore[operator]  # Starlette gives no type for it
        response.headers["x-name"] = app.state.name
        return response

    return app


def test_a_schema_is_asked_of_the_started_app_where_it_fails_without() -> None:
    """A middleware that reads what the lifespan made answers 500 before."""
    status, content = served_at(_needs_lifespan(), "/openapi.json")

    assert status == 200
    assert content.startswith(b'{"openapi"')


def test_an_app_that_fails_everywhere_is_started_once() -> None:
    """Not once for each of the usual places."""
    starts: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            raise LookupError(scope["path"])
        for kind in ("startup", "shutdown"):
            await receive()
            starts.append(kind)
            await send({"type": f"lifespan.{kind}.complete"})

    assert served_document(app) is None
    assert starts == ["startup", "shutdown"]
