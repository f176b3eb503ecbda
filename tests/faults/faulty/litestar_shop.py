"""A Litestar app with dataclasses, dependencies and a WebSocket."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from litestar import Litestar, delete, get, post, websocket
from litestar.connection import WebSocket
from litestar.exceptions import NotFoundException, WebSocketDisconnect
from litestar.params import Parameter
from litestar.response import Response


@dataclass
class Line:
    article: str
    pieces: int


@dataclass
class Order:
    customer: str
    lines: list[Line] = field(default_factory=list)


ARTICLES = {"lamp": 30, "chair": 0}
ORDERS: dict[int, Order] = {}


@post("/orders")
async def add_order(data: Order) -> dict[str, int]:
    return {"total": sum(ARTICLES[line.article] * line.pieces for line in data.lines)}


@get("/affordable/{cents:int}")
async def affordable(cents: int, article: str = "lamp") -> dict[str, int]:
    return {"pieces": cents // ARTICLES.get(article, 1)}


@post("/first-lines")
async def first_line(data: Order) -> dict[str, str]:
    return {"article": data.lines[0].article}


@get("/summaries")
async def summary() -> Line:
    return Response({"article": "lamp"})


@get("/pages")
async def pages(size: Annotated[int, Parameter(ge=0, le=50)] = 10) -> dict[str, int]:
    return {"pages": 100 // size}


@websocket("/chat")
async def chat(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive_json()
            await socket.send_text(message["say"])
    except WebSocketDisconnect:
        return


@delete("/orders/{number:int}", raises=[NotFoundException])
async def delete_order(number: int) -> None:
    del ORDERS[number]


app = Litestar([add_order, affordable, first_line, summary, pages, chat, delete_order])
