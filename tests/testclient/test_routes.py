"""The routes of an app are told without importing a framework."""

from __future__ import annotations

import functools
import subprocess
import sys
from typing import Any

import litestar
import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from litestar import Litestar, asgi, get, post, websocket
from litestar.params import FromPath  # noqa: TC002  litestar reads it
from quart import Quart
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

from asgitest.testclient.routes import iter_routes, source_of, unwrap_app


def paths(app: Any, kind: str = "http") -> list[tuple[str, tuple[str, ...]]]:
    return [(route.path, route.methods) for route in iter_routes(app) if route.kind == kind]


def documented(app: Any) -> list[str]:
    return [route.template for route in iter_routes(app) if route.kind == "http" and route.include_in_schema]


async def plain(scope: Any, receive: Any, send: Any) -> None: ...


def answer(request: Any) -> PlainTextResponse:
    return PlainTextResponse("ok")


def test_a_plain_app_has_no_routes() -> None:
    assert list(iter_routes(plain)) == []
    assert unwrap_app(plain) is plain


def test_routes_of_an_included_router_carry_all_prefixes_and_dependencies() -> None:
    """FastAPI 0.137 and later keep a tree: who walks ``app.routes`` sees none of these."""

    def user() -> str:
        return "me"

    inner = APIRouter(prefix="/inner")

    @inner.get("/{item}")
    def read(item: int) -> int:
        return item

    @inner.websocket("/ws")
    async def talk(socket: WebSocket) -> None: ...

    outer = APIRouter(prefix="/outer", dependencies=[Depends(user)])
    outer.include_router(inner)
    app = FastAPI()
    app.include_router(outer, prefix="/v1")

    [http] = [route for route in iter_routes(app) if route.kind == "http" and route.include_in_schema]
    [socket] = [route for route in iter_routes(app) if route.kind == "websocket"]

    assert (http.path, http.methods, http.endpoint) == ("/v1/outer/inner/{item}", ("GET",), read)
    assert [dependency.call for dependency in http.dependant.dependencies] == [user]
    assert http.operation_id == "read_v1_outer_inner__item__get"
    assert (socket.path, socket.methods, socket.endpoint) == ("/v1/outer/inner/ws", (), talk)
    assert socket.dependant is not None


def test_mounted_apps_are_descended_with_their_root_path_through_middleware() -> None:
    sub = FastAPI()
    sub.get("/z")(lambda: 1)
    app = FastAPI()
    app.mount("/sub", CORSMiddleware(sub))

    routes = list(iter_routes(CORSMiddleware(app)))

    [mount] = [route for route in routes if route.kind == "mount"]
    [z] = [route for route in routes if route.path == "/sub/z"]
    assert (mount.path, unwrap_app(mount.mounted)) == ("/sub", sub)
    assert (z.root_path, z.app) == ("/sub", sub)
    assert ("/sub/openapi.json", ("GET", "HEAD")) in paths(app)


def test_what_an_included_router_mounts_is_found() -> None:
    router = APIRouter()
    router.mount("/deep", Starlette(routes=[Route("/q", answer)]))
    app = FastAPI(openapi_url=None)
    app.include_router(router, prefix="/v1")

    assert paths(app) == [("/v1/deep/q", ("GET", "HEAD"))]


def test_an_app_mounted_in_itself_ends() -> None:
    app = Starlette(routes=[Route("/a", answer)])
    app.mount("/again", app)

    assert paths(app) == [("/a", ("GET", "HEAD"))]


def test_a_template_has_no_converters() -> None:
    app = Starlette(routes=[Route("/files/{name:path}/v{number:int}", answer)])

    assert [route.template for route in iter_routes(app)] == ["/files/{name}/v{number}"]


def test_starlette_routes_mounts_hosts_and_sockets_are_told_apart() -> None:
    class Thing(HTTPEndpoint):
        async def get(self, request: Any) -> None: ...
        async def delete(self, request: Any) -> None: ...

    async def talk(socket: Any) -> None: ...

    app = Starlette(
        routes=[
            Route("/thing", Thing),
            WebSocketRoute("/ws", talk),
            Mount("/files", plain),
            Host("api.example.org", Router([Route("/x", answer, methods=["POST"])])),
        ]
    )

    kinds = [(route.kind, route.path, route.methods, route.host) for route in iter_routes(app)]

    assert kinds == [
        ("http", "/thing", ("DELETE", "GET"), None),
        ("websocket", "/ws", (), None),
        ("mount", "/files", (), None),
        ("http", "/x", ("POST",), "api.example.org"),
    ]


def test_litestar_routes_come_one_for_each_handler() -> None:
    @get("/items/{number:int}")
    async def read(number: FromPath[int]) -> int:
        return number

    @post("/items/{number:int}", operation_id="write")
    async def write(number: FromPath[int]) -> int:
        return number

    @get("/hidden", include_in_schema=False)
    async def hidden() -> int:
        return 1

    @websocket("/ws")
    async def talk(socket: litestar.WebSocket[Any, Any, Any]) -> None: ...

    sub = Starlette(routes=[Route("/q", answer)])
    app = Litestar([read, write, hidden, talk, asgi("/mnt", is_mount=True, copy_scope=True)(sub)])

    routes = {(route.path, route.methods): route for route in iter_routes(app)}

    assert routes["/items/{number:int}", ("GET",)].template == "/items/{number}"
    assert routes["/items/{number:int}", ("POST",)].operation_id == "write"
    assert routes["/hidden", ("GET",)].include_in_schema is False
    assert routes["/ws", ()].kind == "websocket"
    assert routes["/mnt", ()].kind == "mount"
    assert routes["/mnt/q", ("GET", "HEAD")].root_path == "/mnt"
    assert documented(app) == ["/items/{number}", "/items/{number}", "/mnt/q"]


def test_the_rules_of_quart_become_templates() -> None:
    app = Quart(__name__)

    @app.get("/items/<int(min=3):number>/<name>")
    async def item(number: int, name: str) -> str:
        return f"{number} {name}"

    @app.websocket("/chat/<path:room>")
    async def chat(room: str) -> None: ...

    assert paths(app.asgi_app)[1:] == [("/items/{number:int}/{name}", ("GET", "HEAD", "OPTIONS"))]
    assert documented(app) == ["/items/{number}/{name}"]
    assert [(route.path, route.endpoint) for route in iter_routes(app) if route.kind == "websocket"] == [
        ("/chat/{room:path}", chat)
    ]


def test_the_source_of_an_endpoint_is_found_behind_decorators() -> None:
    @functools.wraps(answer)
    def wrapped(*args: Any) -> Any:
        return answer(*args)

    expected = (__file__, answer.__code__.co_firstlineno)

    assert source_of(wrapped) == expected
    assert source_of(functools.partial(wrapped)) == expected
    assert source_of(len) is None
    assert source_of(CORSMiddleware(plain)) is not None


@pytest.mark.parametrize("wrap", [CORSMiddleware, functools.partial])
def test_wrappers_are_taken_off(wrap: Any) -> None:
    app = Starlette(routes=[Route("/a", answer)])

    assert unwrap_app(wrap(app)) is app


def test_no_framework_is_imported() -> None:
    """The module is loaded by the test client, which a user may have without any framework."""
    code = "import sys, asgitest.testclient.routes; print({'fastapi', 'starlette', 'litestar'} & set(sys.modules))"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown.strip() == "set()"
