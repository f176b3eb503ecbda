"""An app with a thread pool that is made when the module is imported."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

pool = ThreadPoolExecutor(1)


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.warm = pool.submit(sum, (1, 2)).result()
    yield
    pool.shutdown()


app = FastAPI(title="Pool", lifespan=lifespan)


@app.get("/warm")
def warm() -> dict[str, int]:
    return {"sum": app.state.warm}
