"""An app that opens two things in turn when it starts."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

PEERS: list[str] = []


async def watch() -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def lifespan(app: FastAPI):
    watcher = asyncio.create_task(watch())
    app.state.leader = max(PEERS)
    yield
    watcher.cancel()


app = FastAPI(title="Peers", lifespan=lifespan)


@app.get("/leader")
def leader() -> dict[str, str]:
    return {"leader": app.state.leader}
