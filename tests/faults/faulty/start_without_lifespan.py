"""An app whose table of prices is loaded by its lifespan."""

from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI

app = FastAPI(title="Prices")


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.prices = {"apple": 3}
    yield
    app.state.prices = {}


app.router.lifespan_context = lifespan


@app.get("/prices", responses={503: {"description": "The prices are not loaded yet"}})
def prices() -> dict[str, int]:
    return app.state.prices
