"""An app that answers every bug of its own with a tidy JSON document."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI(title="Tidy", responses={500: {"description": "We are sorry"}})


@app.exception_handler(Exception)
async def sorry(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"message": "We are sorry"}, 500)


@app.exception_handler(LookupError)
async def not_found(request: Request, error: LookupError) -> JSONResponse:
    return JSONResponse({"message": "Something went wrong"}, 500)


async def catch_all(request: Request, call_next: Any) -> Any:
    try:
        return await call_next(request)
    except ArithmeticError:
        return JSONResponse({"message": "Please try again"}, 500)


app.add_middleware(BaseHTTPMiddleware, dispatch=catch_all)

STOCK = {"apple": 4, "pear": 0}


class Share(BaseModel):
    parts: Annotated[int, Field(ge=0, le=12)]


@app.get("/sums")
def sums(a: int | None = None, b: int = 1) -> dict[str, int]:
    return {"sum": a + b}


@app.get("/stock/{fruit}")
def stock(fruit: str) -> dict[str, int]:
    return {"pieces": STOCK[fruit]}


@app.post("/shares")
def share(body: Share) -> dict[str, float]:
    return {"each": 12 / body.parts}


@app.get("/prices/{fruit}")
def price(fruit: str) -> Any:
    try:
        return {"cents": 100 // STOCK.get(fruit, 1)}
    except ZeroDivisionError:
        return JSONResponse({"message": "No price today"}, 500)


def user(request: Request) -> str:
    header = request.headers.get("x-session", "user nobody")
    scheme, token = header.split(" ", 1)
    return token


@app.get(
    "/me",
    openapi_extra={"parameters": [{"name": "X-Session", "in": "header", "schema": {"type": "string"}}]},
)
def me(name: Annotated[str, Depends(user)]) -> dict[str, str]:
    return {"name": name}


@app.get("/orders/{order_id}/lines/{line}")
def order_line(order_id: Annotated[int, Path(ge=1, le=9)], line: Annotated[int, Path(ge=1, le=9)]) -> dict[str, int]:
    lines = list(range(12))
    return {"article": lines[order_id + line - 2]}
