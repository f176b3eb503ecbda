"""Answers that are not what the documentation says."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

app = FastAPI(title="Answers")

Number = Annotated[int, Path(ge=0, le=100)]


class Item(BaseModel):
    id: int
    name: Annotated[str, Field(min_length=1, max_length=20)]
    state: Annotated[str, Field(pattern="^(new|sold)$")] = "new"


class Problem(BaseModel):
    message: str


class Listing(BaseModel):
    items: Annotated[list[int], Field(max_length=10)]


ITEMS = {1: {"id": 1, "name": "lamp", "state": "new"}, 2: {"id": 2, "name": "chair", "state": "sold"}}


def header(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "", "required": True, "schema": schema}


@app.get("/items/{number}")
def item(number: Number) -> Item:
    if number not in ITEMS:
        raise HTTPException(404)
    return Item(**ITEMS[number])


@app.post("/items", status_code=201)
def add(new: Item) -> Item:
    if new.id in ITEMS:
        raise HTTPException(409)
    return new


@app.post("/drafts")
def draft(new: Item, response: Response) -> Item:
    response.status_code = 201
    return new


@app.get("/raw-items/{number}", response_model=Item)
def raw_item(number: Number) -> JSONResponse:
    return JSONResponse({"id": number, "title": "lamp"})


@app.get(
    "/counts",
    responses={
        200: {
            "content": {
                "application/json": {
                    "schema": {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}
                }
            }
        }
    },
    response_model=None,
)
def counts() -> dict[str, Any]:
    return {"count": str(len(ITEMS))}


class Owner(BaseModel):
    owner: str


@app.get("/owners/{number}", response_model=Owner)
def owner(number: Number) -> JSONResponse:
    return JSONResponse({"owner": "Ann" if number < 40 else None})


@app.get("/states/{number}", response_model=Item)
def state(number: Number) -> JSONResponse:
    return JSONResponse({"id": number, "name": "lamp", "state": "reserved" if number == 7 else "new"})


@app.get("/names/{number}")
def name(number: Number) -> Item:
    return {"id": number, "name": "x" * number}


@app.get("/problems/{number}", responses={404: {"model": Problem}})
def problem(number: Number) -> Item:
    if number in ITEMS:
        return Item(**ITEMS[number])
    raise HTTPException(404, "no")


@app.get("/status", response_model=Problem)
def status() -> Response:
    return PlainTextResponse("fine")


@app.get("/pages/{number}", responses={404: {"model": Problem}})
def page(number: Number) -> Item:
    if number in ITEMS:
        return Item(**ITEMS[number])
    return HTMLResponse("<h1>not found</h1>", 404)


@app.get("/exports", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def export() -> Response:
    return Response("id,name\n", media_type="application/octet-stream")


@app.get("/totals/{number}", responses={200: {"headers": {"X-Total": header({"type": "integer"})}}})
def totals(number: Number, response: Response) -> list[int]:
    if number:
        response.headers["X-Total"] = str(number)
    return list(range(number))


@app.get("/limits", responses={200: {"headers": {"X-Rate-Limit": header({"type": "integer"})}}})
def limits(response: Response) -> dict[str, str]:
    response.headers["X-Rate-Limit"] = "unlimited"
    return {}


@app.post("/orders", status_code=201, responses={201: {"headers": {"Location": header({"type": "string"})}}})
def order(new: Item, response: Response) -> Item:
    return new


@app.post("/sessions", responses={200: {"headers": {"Set-Cookie": header({"type": "string"})}}})
def session(response: Response) -> dict[str, str]:
    return {"session": "abc"}


@app.get("/ranges/{number}", response_model=Listing)
def ranges(number: Number) -> JSONResponse:
    return JSONResponse({"items": list(range(number))})


class Account(BaseModel):
    name: str
    password: Annotated[str | None, Field(json_schema_extra={"writeOnly": True})] = None


@app.get("/accounts/{number}")
def account(number: Number) -> Account:
    return Account(name=f"user{number}", password="secret")


class Ticket(BaseModel):
    title: Annotated[str, Field(max_length=20)]
    number: Annotated[int, Field(json_schema_extra={"readOnly": True})] = 1


@app.post("/tickets")
def ticket(new: Ticket) -> Ticket:
    return new


@app.get(
    "/defaults",
    openapi_extra={
        "parameters": [
            {"name": "size", "in": "query", "schema": {"type": "integer", "default": 10, "minimum": 1, "maximum": 50}}
        ]
    },
    responses={400: {"description": "The size is no number from 1 to 50"}},
)
def defaults(x_trace: Annotated[str | None, Header()] = None, *, request: Request) -> list[int]:
    size = request.query_params.get("size", "25")
    if not (size.isascii() and size.isdecimal() and len(size) < 3 and 1 <= int(size) <= 50):
        raise HTTPException(400)
    return list(range(int(size)))
