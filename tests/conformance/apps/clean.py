"""The seeded faults mended, one by one: nothing here may be called an error or a warning."""

from __future__ import annotations

import gzip
import itertools
import json
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    WebSocket,
    WebSocketDisconnect,
)
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    yield {"notes": {}, "numbers": itertools.count(1)}


app = FastAPI(lifespan=lifespan)
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "there is none"}}
REFUSED: dict[int | str, dict[str, Any]] = {400: {"description": "the rule that is broken"}}


class Order(BaseModel):
    name: str = Field(max_length=40)
    quantity: int = Field(ge=0, le=1000)
    price: float = Field(default=0.0, ge=0, le=1e9)
    tags: list[str] = []


@app.post("/divide", responses=REFUSED)
async def divide(order: Order) -> dict[str, float]:
    if order.quantity == 0:
        raise HTTPException(400, "nothing to divide")
    return {"each": order.price / order.quantity}


@app.get("/tomorrow", responses=REFUSED)
def tomorrow(day: date) -> dict[str, str]:
    if day == date.max:
        raise HTTPException(400, "there is no day after")
    return {"next": str(day + timedelta(days=1))}


@app.get("/search")
async def search(
    word: str = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    kind: Literal["all", "some"] = "all",
    tags: Annotated[list[int] | None, Query()] = None,
) -> dict[str, Any]:
    return {"word": word, "limit": limit, "kind": kind, "tags": tags or []}


@app.exception_handler(ValueError)
async def tidy(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": type(error).__name__}, 400)


@app.get("/number", responses=REFUSED)
async def number(text: str) -> dict[str, int]:
    """A mistake of the client that a handler answers as one."""
    if not text.isascii() or not text.lstrip("-").isdigit() or len(text) > 20:
        raise ValueError(text)
    return {"number": int(text)}


@app.post("/background")
async def background(n: int, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(str, n)
    return {}


def resource() -> Iterator[int]:
    try:
        yield 1
    finally:
        pass


@app.get("/stream")
async def stream(n: Annotated[int, Query(ge=0, le=50)], _value: Annotated[int, Depends(resource)]) -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(n):
            yield b"x"

    return StreamingResponse(chunks(), media_type="text/plain")


@app.get("/conditional", responses={304: {"description": "as before"}})
async def conditional(request: Request) -> Response:
    if request.headers.get("if-none-match") == '"abc"':
        return Response(status_code=304, headers={"etag": '"abc"'})
    return JSONResponse({}, headers={"etag": '"abc"'})


@app.get("/moved", status_code=307, response_class=RedirectResponse)
async def moved() -> str:
    return "/search"


@app.get("/secret", responses={401: {"description": "who are you"}})
async def secret(authorization: Annotated[str | None, Header()] = None) -> dict[str, str]:
    if authorization is None:
        raise HTTPException(401, headers={"www-authenticate": "Bearer"})
    return {}


@app.get("/part", status_code=206)
async def part() -> Response:
    return Response(b'"a"', status_code=206, media_type="application/json", headers={"content-range": "bytes 0-2/9"})


@app.get("/zipped")
async def zipped() -> Response:
    headers = {"content-encoding": "gzip", "vary": "Accept-Encoding"}
    return Response(gzip.compress(b"{}"), media_type="application/json", headers=headers)


@app.get("/greeting")
async def greeting(request: Request) -> Response:
    german = request.headers.get("accept-language", "").startswith("de")
    return JSONResponse({"word": "hallo" if german else "hello"}, headers={"vary": "Accept-Language"})


class Account(BaseModel):
    name: str
    password: str = Field(json_schema_extra={"writeOnly": True})


class Shown(BaseModel):
    name: str


@app.post("/accounts")
async def accounts(account: Account) -> Shown:
    return Shown(name=account.name)


@app.post("/notes", status_code=201)
async def create_note(order: Order, request: Request) -> dict[str, Any]:
    note = {"id": next(request.state.numbers), **order.model_dump()}
    request.state.notes[note["id"]] = note
    return note


@app.get("/notes")
async def list_notes(request: Request) -> list[dict[str, Any]]:
    return list(request.state.notes.values())


@app.get("/notes/{note_id}", responses=NOT_FOUND)
async def read_note(note_id: int, request: Request) -> dict[str, Any]:
    if note_id not in request.state.notes:
        raise HTTPException(404)
    return request.state.notes[note_id]


@app.put("/notes/{note_id}", responses=NOT_FOUND)
async def put_note(note_id: int, order: Order, request: Request) -> dict[str, Any]:
    if note_id not in request.state.notes:
        raise HTTPException(404)
    request.state.notes[note_id] = {"id": note_id, **order.model_dump()}
    return request.state.notes[note_id]


@app.delete("/notes/{note_id}", status_code=204, responses=NOT_FOUND)
async def delete_note(note_id: int, request: Request) -> None:
    if request.state.notes.pop(note_id, None) is None:
        raise HTTPException(404)


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                told = json.loads(message.get("text") or "null")
            except (ValueError, RecursionError):
                told = None
            await websocket.send_json({"seen": told is not None})
    except WebSocketDisconnect:
        return
