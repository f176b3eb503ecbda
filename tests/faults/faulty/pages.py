"""A Starlette site without a schema."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

PAGES = {"about": "Who we are", "contact": "Where we are"}


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(PAGES[request.path_params["name"]])


async def contact(request: Request) -> JSONResponse:
    body = await request.json()
    return JSONResponse({"received": body["text"]})


async def archive(request: Request) -> JSONResponse:
    year = request.query_params.get("year", "2024")
    return JSONResponse({"year": int(year)})


async def home(request: Request) -> RedirectResponse:
    return RedirectResponse("/page/about")


async def day(request: Request) -> PlainTextResponse:
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    return PlainTextResponse(names[request.path_params["day"]])


class Form(HTTPEndpoint):
    async def get(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse("<form>")

    async def post(self, request: Request) -> PlainTextResponse:
        body = (await request.body()).decode("utf-8", "replace")
        fields = dict(pair.partition("=")[::2] for pair in body.split("&"))
        return PlainTextResponse("thanks, " + fields["email"])


async def item(request: Request) -> PlainTextResponse:
    return PlainTextResponse("item " + request.path_params["item"])


async def cart(request: Request) -> PlainTextResponse:
    return PlainTextResponse("the cart")


class Live(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket: Any, data: Any) -> None:
        await websocket.send_text(str(data["room"]))


async def user(request: Request) -> JSONResponse:
    first, last = request.path_params["user"].split(".")
    return JSONResponse({"first": first, "last": last})


async def feed(request: Request) -> Response:
    return PlainTextResponse("feed", headers={"etag": '"7"'})


shop = [
    Route("/{item}", item),
    Route("/cart", cart),
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
