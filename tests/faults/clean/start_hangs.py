"""An app that waits for its worker before it serves."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def worker(ready: asyncio.Event) -> None:
    ready.set()


@asynccontextmanager
async def lifespan(app: FastAPI):
    ready = asyncio.Event()
    task = asyncio.create_task(worker(ready))
    await ready.wait()
    yield
    await task


app = FastAPI(title="Waiting", lifespan=lifespan)


@app.get("/ready")
def ready() -> dict[str, bool]:
    return {"ready": True}
