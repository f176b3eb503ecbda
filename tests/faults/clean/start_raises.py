"""An app that reads its settings when it starts."""

from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI

SETTINGS = {"database": "sqlite://", "pool": 5}


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = SETTINGS["pool"]
    yield


app = FastAPI(title="Start", lifespan=lifespan)


@app.get("/pool")
def pool() -> dict[str, int]:
    return {"size": app.state.pool}
