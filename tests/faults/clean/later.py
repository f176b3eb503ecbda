"""Work after the response, and responses in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

app = FastAPI(title="Later")
RECIPIENTS = {"ann": "ann@example.org", "bob": "bob@example.org"}
SENT: list[str] = []
TEXT = {200: {"content": {"text/plain": {}}}}


class Message(BaseModel):
    to: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(max_length=100)] = ""


def send_mail(to: str) -> None:
    if to in RECIPIENTS:
        SENT.append(RECIPIENTS[to])


@app.post("/messages", status_code=202)
def message(body: Message, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(send_mail, body.to)
    return {"state": "queued"}


def count(text: str) -> None:
    words = text.split()
    SENT.append(str(len(text) / max(len(words), 1)))


@app.post("/statistics", status_code=202)
async def statistics(body: Message, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(count, body.text)
    return {"state": "queued"}


async def transaction(dry: bool = False) -> AsyncIterator[list[str]]:
    log = [] if dry else ["begin"]
    yield log
    if log:
        log.pop()


@app.get("/transactions")
async def transactions(log: Annotated[list[str], Depends(transaction)]) -> dict[str, int]:
    return {"entries": len(log)}


@app.get("/rows", response_class=StreamingResponse, responses=TEXT)
def rows(count: Annotated[int, Query(ge=0, le=20)] = 3) -> StreamingResponse:
    def pieces() -> Iterator[str]:
        for number in range(count):
            yield f"{100 // (30 - number)}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


@app.get("/ticks", response_class=StreamingResponse, responses=TEXT)
def ticks() -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        for number in range(3):
            yield str(number)

    return StreamingResponse(pieces(), media_type="text/plain")


@app.get("/reports", response_class=StreamingResponse, responses=TEXT)
def report() -> StreamingResponse:
    text = "Umsätze und Erträge\n"
    size = str(len(text.encode()))
    return StreamingResponse(iter([text]), media_type="text/plain", headers={"Content-Length": size})


async def ticker() -> AsyncIterator[str]:
    while True:
        yield "data: tick\n\n"
        await asyncio.sleep(0.01)


@app.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def events() -> Response:
    return StreamingResponse(ticker(), media_type="text/event-stream")


@app.get("/tables", response_class=StreamingResponse, responses=TEXT)
def table(rows: Annotated[int, Query(ge=0, le=5)] = 2) -> StreamingResponse:
    records = [{"id": str(number)} for number in range(rows)]

    def pieces() -> Iterator[str]:
        yield "# table\n"
        yield ",".join(records[0] if records else ["id"]) + "\n"
        for record in records:
            yield ",".join(record.values()) + "\n"

    return StreamingResponse(pieces(), media_type="text/plain")
