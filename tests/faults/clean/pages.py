"""A Starlette site without a schema."""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

PAGES = {"about": "Who we are", "contact": "Where we are"}


async def page(request: Request) -> PlainTextResponse:
    name = request.path_params["name"]
    return PlainTextResponse(PAGES.get(name, "not found"), 200 if name in PAGES else 404)


async def contact(request: Request) -> JSONResponse:
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        return JSONResponse({"detail": "no text"}, 400)
    return JSONResponse({"received": len(body["text"])})


async def archive(request: Request) -> JSONResponse:
    year = request.query_params.get("year", "2024")
    return JSONResponse({"year": int(year) if year.isascii() and year.isdecimal() and len(year) < 5 else 2024})


async def home(request: Request) -> RedirectResponse:
    return RedirectResponse("/pages/about")


async def day(request: Request) -> PlainTextResponse:
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    return PlainTextResponse(names[request.path_params["day"] % 7])


class Form(HTTPEndpoint):
    async def get(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse("<form>")

    async def post(self, request: Request) -> PlainTextResponse:
        body = (await request.body()).decode("utf-8", "replace")
        fields = dict(pair.partition("=")[::2] for pair in body.split("&"))
        return PlainTextResponse("thanks, " + fields.get("email", "you"))


async def item(request: Request) -> PlainTextResponse:
    return PlainTextResponse("item " + request.path_params["item"])


async def cart(request: Request) -> PlainTextResponse:
    return PlainTextResponse("the cart")


class Live(WebSocketEndpoint):
    async def on_receive(self, websocket: Any, data: Any) -> None:
        await websocket.send_text("room")


async def user(request: Request) -> JSONResponse:
    first, _, last = request.path_params["user"].partition(".")
    return JSONResponse({"first": first, "last": last})


async def feed(request: Request) -> Response:
    if any(tag in request.headers.get("if-none-match", "") for tag in ('"7"', "*")):
        return Response(status_code=304, headers={"etag": '"7"'})
    return PlainTextResponse("feed", headers={"etag": '"7"'})


shop = [
    Route("/cart", cart),
    Route("/{item}", item),
]
app = Starlette(
    routes=[
        Route("/pages/{name}", page),
        Route("/contact", contact, methods=["POST"]),
        Route("/archive", archive),
        Route("/home", home),
        Route("/days/{day:int}", day),
        Route("/forms", Form),
        Mount("/shop", routes=shop),
        WebSocketRoute("/live", Live),
        Mount("/api", routes=[Mount("/v1", routes=[Route("/users/{user}", user)])]),
        Route("/feed", feed),
    ]
)
