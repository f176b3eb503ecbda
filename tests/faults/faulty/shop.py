"""A shop with dataclasses, callbacks, webhooks, a mounted app and routers in routers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, HTTPException, Path, Query, Response
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import AnyHttpUrl, BaseModel, Field, RootModel

app = FastAPI(title="Shop")
admin = FastAPI(title="Admin")
api = APIRouter(prefix="/api")
v1 = APIRouter(prefix="/v1")
stock = APIRouter(prefix="/stock")
callbacks = APIRouter()
key = APIKeyHeader(name="X-Key", auto_error=False)


class Size(Enum):
    SMALL = "s"
    MEDIUM = "m"
    LARGE = "l"


@dataclass
class Parcel:
    sizes: list[Size]
    weight: Annotated[float, Field(ge=0, le=100)] = 1.0
    notes: dict[str, str] = field(default_factory=dict)


class Card(BaseModel):
    kind: Literal["card"]
    number: Annotated[str, Field(pattern="^[0-9]{4}$")]


class Voucher(BaseModel):
    kind: Literal["voucher"]
    code: str | None = None


class Payment(BaseModel):
    method: Annotated[Card | Voucher, Field(discriminator="kind")]


class Amounts(RootModel[list[Annotated[int, Field(ge=0, le=100)]]]):
    pass


class Event(BaseModel):
    name: str
    at: int


@callbacks.post("{$request.body#/url}/paid")
def paid(event: Event) -> None: ...


class Bill(BaseModel):
    url: AnyHttpUrl
    cents: Annotated[int, Field(ge=0, le=100_000)]


@app.webhooks.post("order-sent")
def order_sent(event: Event) -> None: ...


@v1.post("/parcels")
def parcel(parcel: Parcel) -> dict[str, int]:
    prices = {Size.SMALL: 3, Size.MEDIUM: 5}
    return {"price": sum(prices[size] for size in parcel.sizes)}


@v1.post("/payments")
def pay(payment: Payment) -> dict[str, str]:
    if isinstance(payment.method, Voucher):
        return {"paid": payment.method.code.upper()}
    return {"paid": payment.method.number}


@v1.post("/amounts")
def largest(amounts: Amounts) -> dict[str, int]:
    return {"largest": max(amounts.root)}


@v1.post("/bills", status_code=201, callbacks=callbacks.routes)
def bill(bill: Bill) -> dict[str, int]:
    return {"share": 100_000 // bill.cents}


@stock.get("/{place}")
def pieces(place: Annotated[int, Path(ge=0, le=4)]) -> dict[str, int]:
    return {"pieces": [3, 0, 7, 1][place]}


@stock.get("/batches/{batch}")
def batch(batch: UUID) -> dict[str, str]:
    return {"kind": {4: "random", 5: "named"}[batch.version]}


@v1.get("/recent")
def recent(recent: Annotated[str | None, Cookie(max_length=40)] = None) -> dict[str, str]:
    if not recent:
        return {"last": ""}
    return {"last": recent.split("|")[1]}


@v1.get("/changes")
def changes(x_since: Annotated[str, Header(max_length=20)] = "2024-01-01") -> dict[str, str]:
    year, month, day = x_since.split("-")
    return {"year": year, "month": month, "day": day}


@v1.get("/tagged")
def tagged(tag: Annotated[list[str], Query(max_length=10)] = []) -> dict[str, str]:
    colours = ["red", "green", "blue"]
    return {text: colours[index] for index, text in enumerate(tag)}


@admin.get("/limits/{limit}")
def limit(limit: Annotated[int, Path(ge=0, le=1000)]) -> dict[str, int]:
    return {"digits": len(str(1000 // limit))}


class Refusal(BaseModel):
    reason: str


@v1.get("/prices/{article}", responses={402: {"model": Refusal}})
def price(article: Literal["tea", "gold"], response: Response) -> dict[str, int] | Refusal:
    if article == "gold":
        raise HTTPException(402, "pay first")
    return {"cents": 200}


@v1.get("/keys", responses={401: {"description": "No key"}})
def keys(given: Annotated[str | None, Depends(key)]) -> list[str]:
    return ["one"]


bearer = HTTPBearer()


@v1.get("/tokens", responses={401: {"description": "No token"}, 403: {"description": "No token"}})
def token(credentials: Annotated[object, Depends(bearer)]) -> dict[str, str]:
    header, payload, signature = credentials.credentials.split(".")
    return {"header": header, "payload": payload}


@v1.post("/votes")
def votes(votes: Annotated[list[Annotated[int, Field(ge=1, le=5)]], Field(max_length=5)]) -> dict[str, int]:
    assert len(set(votes)) == len(votes)
    return {"votes": len(votes)}


v1.include_router(stock)
api.include_router(v1)
app.include_router(api)
app.mount("/admin", admin)
