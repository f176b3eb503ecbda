"""An app whose consumer reads from a queue until the app stops."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def consume(queue: asyncio.Queue[str | None]) -> None:
    while await queue.get() is not None:
        queue.task_done()


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.queue = asyncio.Queue()
    consumer = asyncio.create_task(consume(app.state.queue))
    yield
    await consumer


app = FastAPI(title="Queue", lifespan=lifespan)


@app.post("/jobs", status_code=202)
async def add_job() -> dict[str, str]:
    await app.state.queue.put("job")
    return {"state": "queued"}
