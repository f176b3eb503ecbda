"""An app that closes its connection when it stops."""

from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI


class Connection:
    def __init__(self) -> None:
        self.handle: int | None = None

    def query(self) -> int:
        self.handle = 1
        return self.handle

    def close(self) -> None:
        del self.handle
        assert self.handle == 1


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.connection = Connection()
    yield
    app.state.connection.close()


app = FastAPI(title="Stop", lifespan=lifespan)


@app.get("/query")
def query() -> dict[str, int]:
    return {"result": app.state.connection.query()}
