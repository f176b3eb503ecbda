"""An app with a heartbeat that runs beside the requests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

beats: list[int] = []


async def heartbeat() -> None:
    while True:
        beats.append(1)
        await asyncio.sleep(0.05)


@asynccontextmanager
async def lifespan(app: FastAPI):
    task = asyncio.create_task(heartbeat())
    yield
    app.state.stopped = task.done()


app = FastAPI(title="Heartbeat", lifespan=lifespan)


@app.get("/beats")
def number_of_beats() -> dict[str, bool]:
    return {"beating": True}
