"""One fault for each operation, and what has to be found there."""

from __future__ import annotations

import gzip
import json
from contextlib import asynccontextmanager
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, Request, WebSocket
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

EXPECTED: dict[str, str] = {}
"""Check id by operation."""


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    raise RuntimeError("the pool was closed before")


EXPECTED["LIFESPAN"] = "lifespan.shutdown-failed"
app = FastAPI(lifespan=lifespan)


def expects(check: str, method: str, path: str, **options: Any) -> Any:
    """Register an endpoint together with what has to be found there."""
    EXPECTED[f"{method} {path}"] = check
    return app.api_route(path, methods=[method], **options)


CRASH = "http.unhandled-exception"


class Order(BaseModel):
    name: str = Field(max_length=40)
    quantity: int = Field(ge=0)
    price: float = 0.0
    tags: list[str] = []


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@expects(CRASH, "POST", "/divide")
async def divide(order: Order) -> dict[str, float]:
    return {"each": order.price / order.quantity}


@expects(CRASH, "GET", "/tomorrow")
async def tomorrow(day: date) -> dict[str, str]:
    return {"next": str(day + timedelta(days=1))}


@expects(CRASH, "GET", "/latin")
async def latin(name: str) -> Response:
    return Response("ok", headers={"x-name": name})


@expects(CRASH, "GET", "/first-word")
def first_word(text: str) -> dict[str, str]:
    return {"word": text.split(maxsplit=1)[0]}


@expects(CRASH, "POST", "/first-tag")
async def first_tag(order: Order) -> dict[str, str]:
    return {"tag": order.tags[0]}


@expects(CRASH, "GET", "/colour")
async def colour(value: Colour) -> dict[str, int]:
    return {"code": {Colour.RED: 1}[value]}


@expects(CRASH, "GET", "/big")
async def big(number: int) -> dict[str, str]:
    return {"packed": number.to_bytes(8, "big", signed=True).hex()}


@expects(CRASH, "GET", "/magic")
async def magic(code: str) -> dict[str, str]:
    if code == "open sesame 17":
        raise LookupError(code)
    return {}


@expects(CRASH, "GET", "/related")
async def related(a: int, b: int) -> dict[str, str]:
    if a > 100 and b == a * 2 + 7:
        raise ArithmeticError
    return {}


@app.exception_handler(ZeroDivisionError)
async def tidy(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "sorry"}, 500)


@expects(CRASH, "GET", "/tidy")
async def behind_a_handler(n: int) -> dict[str, int]:
    return {"n": 10 // n}


async def later(n: int) -> None:
    if n > 3:
        raise OSError("disk full")


@expects("asgi.exception-after-response", "POST", "/background")
async def background(n: int, tasks: BackgroundTasks) -> dict[str, int]:
    tasks.add_task(later, n)
    return {}


@expects(CRASH, "GET", "/stream")
async def stream(n: int) -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for index in range(3):
            yield b"x"
            if index == n:
                raise OSError("gone")

    return StreamingResponse(chunks())


def resource() -> Iterator[int]:
    yield 1
    raise ValueError("cannot be closed")


@expects("asgi.exception-after-response", "GET", "/yielded")
async def yielded(value: Annotated[int, Depends(resource)]) -> dict[str, int]:
    return {"value": value}


class Shown(BaseModel):
    id: int
    name: str


@expects("openapi.body-schema", "GET", "/wrong-shape", responses={200: {"model": Shown}})
async def wrong_shape() -> JSONResponse:
    return JSONResponse({"id": "one", "name": "a"})


@expects(CRASH, "GET", "/undeclared", response_model=Shown)
async def undeclared(n: int = 0) -> Any:
    return {"id": 1} if n > 5 else {"id": 1, "name": "a"}


@expects("openapi.status-undocumented", "GET", "/teapot")
async def teapot(n: int) -> dict[str, str]:
    if n == 418:
        raise HTTPException(418)
    return {}


@expects("openapi.content-type", "GET", "/html", responses={200: {"model": Shown}})
async def html() -> Response:
    return Response("<b>", media_type="text/html")


@expects(
    "openapi.header-missing",
    "GET",
    "/counted",
    responses={200: {"headers": {"X-Count": {"required": True, "schema": {"type": "integer"}}}}},
)
async def counted() -> dict[str, str]:
    return {}


@expects(
    "openapi.header-invalid",
    "GET",
    "/limited",
    responses={200: {"headers": {"X-Left": {"schema": {"type": "integer", "minimum": 0}}}}},
)
async def limited() -> Response:
    return JSONResponse({}, headers={"X-Left": "-1"})


@expects(
    "openapi.negative-accepted",
    "GET",
    "/loose",
    openapi_extra={
        "parameters": [
            {"name": "size", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1, "maximum": 9}}
        ]
    },
)
async def loose(request: Request) -> dict[str, str]:
    return {"size": request.query_params.get("size", "")}


@expects(
    "openapi.required-header-not-required",
    "GET",
    "/keyed",
    openapi_extra={"parameters": [{"name": "x-key", "in": "header", "required": True, "schema": {"type": "string"}}]},
)
async def keyed() -> dict[str, str]:
    return {}


@expects("openapi.positive-rejected", "POST", "/picky")
async def picky(order: Order) -> dict[str, str]:
    if len(order.name) > 20:
        raise HTTPException(422, [{"loc": ["name"], "msg": "too long", "type": "x"}])
    return {}


class Example(BaseModel):
    kind: Literal["a", "b"] = Field(examples=["c"])


@expects("schema.example-invalid", "POST", "/examples")
async def examples(body: Example) -> dict[str, str]:
    return {"kind": body.kind}


@expects("http.etag-syntax", "GET", "/etag")
async def etag() -> Response:
    return Response("a", headers={"etag": "abc"})


@expects("http.conditional-ignored", "GET", "/conditional")
async def conditional() -> Response:
    return Response("a", headers={"etag": '"abc"'})


@expects("http.location-unreachable", "GET", "/moved", status_code=307)
async def moved() -> Response:
    return RedirectResponse("/nowhere")


@expects("http.redirect-loop", "GET", "/around", status_code=307)
async def around() -> Response:
    return RedirectResponse("/around")


@expects("http.location-missing", "GET", "/lost", status_code=302)
async def lost() -> Response:
    return Response(status_code=302)


@expects("http.challenge-missing", "GET", "/secret", responses={401: {}})
async def secret() -> Response:
    return Response(status_code=401)


@expects("http.duplicate-header", "GET", "/twice")
async def twice() -> Response:
    response = JSONResponse({})
    response.raw_headers.append((b"content-type", b"text/plain"))
    return response


@expects("http.bad-206", "GET", "/part", responses={206: {}})
async def part() -> Response:
    return Response(b"abc", status_code=206, headers={"content-range": "bytes 0-3/9"})


@expects("http.compression-vary", "GET", "/zipped")
async def zipped() -> Response:
    return Response(gzip.compress(b"{}"), media_type="application/json", headers={"content-encoding": "gzip"})


@expects("http.vary-missing", "GET", "/greeting")
async def greeting(request: Request) -> dict[str, str]:
    return {"word": "hallo" if request.headers.get("accept-language", "").startswith("de") else "hello"}


@expects("http.huge-header", "GET", "/fragile")
async def fragile(request: Request) -> dict[str, str]:
    if sum(len(value) for value in request.headers.values()) > 16000:
        raise MemoryError("headers")
    return {}


@expects(
    "openapi.default-not-applied",
    "GET",
    "/paged",
    openapi_extra={"parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "default": 10}}]},
)
async def paged(request: Request) -> dict[str, str]:
    return {"limit": request.query_params.get("limit", "20")}


@app.api_route("/traced", methods=["TRACE"], include_in_schema=False)
async def trace() -> dict[str, str]:
    return {}


@expects("http.charset", "GET", "/charset")
async def charset() -> Response:
    return Response(b"\xff\xfe\xfa", media_type="text/plain; charset=utf-8")


class Account(BaseModel):
    name: str
    password: str = Field(json_schema_extra={"writeOnly": True})


@expects("openapi.write-only-leaked", "POST", "/accounts")
async def accounts(account: Account) -> Account:
    return account


@expects(
    "http.malformed-body-handling",
    "POST",
    "/tolerant",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def tolerant(request: Request) -> dict[str, Any]:
    try:
        return {"got": json.loads(await request.body())}
    except ValueError:
        return {"got": None}


@expects(CRASH, "GET", "/header-number")
async def header_number(x_size: Annotated[str, Header()] = "1") -> dict[str, int]:
    return {"size": int(x_size)}


@expects("routes.shadowed", "GET", "/users/me")
async def shadowed() -> dict[str, str]:
    return {"id": "me"}


# The route that takes every path of the one above, registered before it.
app.router.routes.insert(0, app.router.routes.pop())


@app.get("/users/{user_id}")
async def user(user_id: str) -> dict[str, str]:
    return {"id": user_id}


app.router.routes.insert(0, app.router.routes.pop())

# State

_notes: dict[int, dict[str, Any]] = {}


@app.post("/notes", status_code=201)
async def create_note(order: Order) -> dict[str, Any]:
    number = max(_notes, default=0) + 1
    _notes[number] = {"id": number, **order.model_dump()}
    return _notes[number]


@expects("state.use-after-delete", "GET", "/notes/{note_id}", responses={404: {}})
async def read_note(note_id: int) -> dict[str, Any]:
    if note_id not in _notes:
        raise HTTPException(404)
    return _notes[note_id]


@app.delete("/notes/{note_id}", status_code=204, responses={404: {}})
async def delete_note(note_id: int) -> None:
    if note_id not in _notes:
        raise HTTPException(404)


_drafts: dict[int, dict[str, Any]] = {}


@app.post("/drafts", status_code=201)
async def create_draft(order: Order) -> dict[str, Any]:
    number = max(_drafts, default=0) + 1
    return {"id": number, **order.model_dump()}


@expects("state.created-not-found", "GET", "/drafts/{draft_id}", responses={404: {}})
async def read_draft(draft_id: int) -> dict[str, Any]:
    if draft_id not in _drafts:
        raise HTTPException(404)
    return _drafts[draft_id]


_jobs: dict[int, dict[str, Any]] = {}


@app.post("/jobs", status_code=201)
async def create_job(order: Order) -> dict[str, Any]:
    number = len(_jobs) + 1
    _jobs[number] = {"id": number, "name": order.name}
    return _jobs[number]


@app.get("/jobs/{job_id}", responses={404: {}})
async def read_job(job_id: int) -> dict[str, Any]:
    if _jobs.get(job_id) is None:
        raise HTTPException(404)
    return _jobs[job_id]


@expects("state.crash-in-sequence", "DELETE", "/jobs/{job_id}", status_code=204, responses={404: {}})
async def delete_job(job_id: int) -> None:
    if job_id not in _jobs:
        raise HTTPException(404)
    _jobs[job_id].pop("name")
    del _jobs[job_id]["id"]


# WebSockets


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json(json.loads(await websocket.receive_text())["text"])
    await websocket.close()


EXPECTED["WS /echo"] = "websocket.unhandled-exception"


@app.websocket("/late")
async def late(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()
    await websocket.send({"type": "websocket.send", "text": "bye"})


EXPECTED["WS /late"] = "websocket.send-after-close"


@app.websocket("/protocol")
async def protocol(websocket: WebSocket) -> None:
    await websocket.accept(subprotocol="never-offered")
    await websocket.close()


EXPECTED["WS /protocol"] = "websocket.subprotocol-not-offered"
