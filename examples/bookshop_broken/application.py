"""A small bookshop with a fault in almost everything it does; see :mod:`examples.bookshop_broken.faults`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path, Query, Request, Response, WebSocket
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

Isbn = Annotated[str, Path(pattern=r"^97[89][0-9]{10}$", examples=["9780141187761"])]
Number = Annotated[int, Path(ge=1)]
POEM = "The shelf is full, the tea is hot, the café is what we forgot"
KEPT: set[asyncio.Task[None]] = set()


class NewBook(BaseModel):
    """A book as an editor writes it."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    price_cents: Annotated[int, Field(ge=0, le=100_000)]


class Book(BaseModel):
    """A book of the catalogue."""

    isbn: str
    title: str
    price_cents: int
    year: int


class NewOrder(BaseModel):
    """What a reader orders."""

    isbn: Annotated[str, Field(pattern=r"^97[89][0-9]{10}$")]
    quantity: Annotated[int, Field(ge=1, le=10)]


class Order(NewOrder):
    """An order of the shop."""

    number: int


class Shop:
    """What the shop has in stock; a fresh one for each lifespan."""

    def __init__(self) -> None:
        self.books: dict[str, dict[str, Any]] = {
            "9780141187761": {"isbn": "9780141187761", "title": "1984", "price_cents": 999, "year": 1949},
            "9780140449136": {"isbn": "9780140449136", "title": "Odyssey", "price_cents": 1199, "year": None},
        }
        self.orders: dict[int, Order] = {}
        self.cancelled: set[int] = set()


async def count_visitors() -> None:
    """Count for ever."""
    await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.shop = Shop()
    # Fault: nobody cancels the task when the app shuts down.
    KEPT.add(asyncio.create_task(count_visitors(), name="count visitors"))
    yield


app = FastAPI(title="The broken bookshop", version="0.1.0", lifespan=lifespan)


def shop_of(request: Request) -> Shop:
    shop: Shop = request.app.state.shop
    return shop


@app.get("/books")
def list_books(request: Request, limit: Annotated[int, Query(ge=1, le=50)] = 20) -> list[Book]:
    # Fault: a response object passes by the model, and the Odyssey has no year.
    return JSONResponse(list(shop_of(request).books.values())[:limit])  # type: ignore[return-value] # the fault


@app.get("/books/{isbn}")
def read_book(isbn: str, request: Request) -> Book:
    # Fault: a number that is not in the catalogue raises KeyError.
    book = shop_of(request).books[isbn]
    return Book(**book | {"year": book["year"] or 0})


# Fault: the route above takes "bestsellers" for a number.
@app.get("/books/bestsellers")
def list_bestsellers() -> list[str]:
    return ["9780141187761"]


@app.put(
    "/books/{isbn}",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": NewBook.model_json_schema()}},
        }
    },
    responses={400: {"description": "The body is not JSON"}},
)
async def put_book(isbn: Isbn, request: Request) -> Book:
    try:
        details = json.loads(await request.body())
        title, price = str(details["title"]), int(details["price_cents"])
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise HTTPException(400, "The body is not a book") from error
    # Fault: the schema has limits for title and price, and nobody looks at them.
    shop_of(request).books[isbn] = {"isbn": isbn, "title": title, "price_cents": price, "year": 2024}
    return Book(isbn=isbn, title=title, price_cents=price, year=2024)


@app.post("/orders", status_code=201)
def place_order(order: NewOrder, request: Request) -> Order:
    orders = shop_of(request).orders
    placed = orders[len(orders) + 1] = Order(number=len(orders) + 1, **order.model_dump())
    return placed


@app.get("/orders/{number}")
def read_order(number: Number, request: Request) -> Order:
    order = shop_of(request).orders.get(number)
    if order is None:
        # Fault: the schema knows 200 and 422 only.
        raise HTTPException(404, "There is no such order")
    return order


@app.delete("/orders/{number}", status_code=204, responses={404: {"description": "There is no such order"}})
def cancel_order(number: Number, request: Request) -> None:
    shop = shop_of(request)
    if number not in shop.orders or number in shop.cancelled:
        raise HTTPException(404, "There is no such order")
    # Fault: reading an order does not look at the cancelled ones.
    shop.cancelled.add(number)


@app.get("/account", responses={401: {"description": "Nobody is logged in"}})
def read_account(authorization: Annotated[str, Header()] = "") -> dict[str, str]:
    if authorization != "Bearer of good news":
        # Fault: which scheme? A 401 says so in WWW-Authenticate.
        raise HTTPException(401, "Who is there?")
    return {"name": "Ada"}


@app.get("/vouchers/{code}")
def read_voucher(code: Annotated[str, Path(max_length=20)]) -> dict[str, float]:
    if code.startswith("GIFT-") and code.endswith("-EUR"):
        # Fault: what stands between may be anything, or nothing.
        return {"euros": float(code[5:-4])}
    return {"percent": 0.0}


@app.get("/authors")
def list_authors(initial: Annotated[str, Query(max_length=5)] = "O") -> dict[str, list[str]]:
    try:
        first = ["Homer", "Orwell"]["HO".index(initial[0])]
    except ValueError:
        return {"authors": []}
    except Exception:  # noqa: BLE001 - the fault: an empty initial is a bug, and this hides it
        return JSONResponse({"detail": "Please try again later"}, status_code=500)  # type: ignore[return-value] # the fault
    return {"authors": [first]}


@app.get("/authors/{name}", operation_id="list_authors_authors_get")  # Fault: the operationId of the one above.
def read_author(name: Annotated[str, Path(max_length=40)]) -> dict[str, str]:
    return {"name": name}


@app.get("/reports/sales")
def export_sales() -> dict[str, int]:
    # Fault: the schema says JSON.
    return PlainTextResponse("isbn,sold\n9780141187761,3\n", media_type="text/csv")  # type: ignore[return-value] # the fault


@app.get("/poem", response_class=PlainTextResponse)
def read_poem() -> Response:
    # Fault: "é" is two bytes.
    return PlainTextResponse(POEM, headers={"content-length": str(len(POEM))})


@app.websocket("/chat")
async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        # Fault: readers send what they like.
        await websocket.send_json({"heard": json.loads(text)["text"]})


class LegacyStock:
    """An endpoint from before there was a framework."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer with the stock."""
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        # Fault: the answer begins twice.
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"2"})


app.router.routes.append(Route("/legacy/stock", LegacyStock(), methods=["GET"]))
