"""Stock apps of seven frameworks: a greeting, a stream, a file, nothing, an error, a WebSocket, and middleware."""

import contextlib
import functools
from pathlib import Path

import blacksheep
import django
import django.conf
import django.core.asgi
import django.http
import falcon
import falcon.asgi
import fastapi
import litestar
import litestar.response
import quart
import starlette.responses
from blacksheep.server.responses import file as file_response
from django.test.utils import override_settings
from django.urls import path
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.static_files import create_static_files_router
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

FILE = Path(__file__)
CHUNKS = [b"one", b"two", b"three"]


async def chunks():
    for chunk in CHUNKS:
        yield chunk


def starlette_app():

    async def passing(request, call_next):
        return await call_next(request)

    async def fail(request):
        raise LookupError

    async def socket(websocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    routes = [
        Route("/hello", lambda _: starlette.responses.PlainTextResponse("hello")),
        Route("/json", lambda _: starlette.responses.JSONResponse({"a": 1})),
        Route("/stream", lambda _: starlette.responses.StreamingResponse(chunks())),
        Route("/file", lambda _: starlette.responses.FileResponse(FILE)),
        Route("/nothing", lambda _: starlette.responses.Response(status_code=204)),
        Route("/fail", fail),
        Mount("/static", StaticFiles(directory=FILE.parent)),
        WebSocketRoute("/socket", socket),
    ]
    middleware = [
        Middleware(GZipMiddleware, minimum_size=1),
        Middleware(CORSMiddleware, allow_origins=["https://a.example"]),
        Middleware(BaseHTTPMiddleware, dispatch=passing),
    ]
    return Starlette(routes=routes, middleware=middleware)


def fastapi_app():

    app = fastapi.FastAPI()

    @app.middleware("http")
    async def passing(request: fastapi.Request, call_next):
        return await call_next(request)

    @app.get("/hello")
    def hello():
        return "hello"

    @app.get("/json")
    async def json():
        return {"a": 1}

    @app.get("/stream")
    async def stream():
        return starlette.responses.StreamingResponse(chunks())

    @app.get("/file")
    async def file():
        return starlette.responses.FileResponse(FILE)

    @app.get("/nothing", status_code=204)
    async def nothing():
        return None

    @app.get("/fail")
    async def fail():
        raise LookupError

    app.mount("/static", fastapi.FastAPI())

    @app.websocket("/checked")
    async def checked(websocket: fastapi.WebSocket, number: int):
        raise LookupError

    @app.websocket("/socket")
    async def socket(websocket: fastapi.WebSocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    return app


def litestar_app():

    @litestar.get("/hello", media_type="text/plain")
    async def hello() -> str:
        return "hello"

    @litestar.get("/json")
    async def json() -> dict[str, int]:
        return {"a": 1}

    @litestar.get("/stream")
    async def stream() -> litestar.response.Stream:
        return litestar.response.Stream(chunks())

    @litestar.get("/file")
    async def file() -> litestar.response.File:
        return litestar.response.File(path=FILE)

    @litestar.get("/nothing", status_code=204)
    async def nothing() -> None:
        return None

    @litestar.get("/fail")
    async def fail() -> None:
        raise LookupError

    @litestar.websocket("/socket")
    async def socket(socket: litestar.WebSocket) -> None:
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await socket.close()

    static = create_static_files_router(path="/static", directories=[FILE.parent])
    return litestar.Litestar(
        [hello, json, stream, file, nothing, fail, socket, static],
        compression_config=CompressionConfig(backend="gzip", minimum_size=1),
        cors_config=CORSConfig(allow_origins=["https://a.example"]),
    )


def quart_app():

    app = quart.Quart("stock", static_folder=str(FILE.parent), static_url_path="/static")

    @app.route("/hello")
    async def hello():
        return "hello"

    @app.route("/json")
    async def json():
        return {"a": 1}

    @app.route("/stream")
    async def stream():
        return chunks()

    @app.route("/file")
    async def file():
        return await quart.send_file(FILE)

    @app.route("/nothing")
    async def nothing():
        return "", 204

    @app.route("/fail")
    async def fail():
        raise LookupError

    @app.websocket("/socket")
    async def socket():
        await quart.websocket.accept()
        await quart.websocket.send(await quart.websocket.receive())
        await quart.websocket.close(1000)

    return app


def fail_in_django(request):
    raise LookupError


urlpatterns = (
    path("hello", lambda _: django.http.HttpResponse("hello")),
    path("json", lambda _: django.http.JsonResponse({"a": 1})),
    path("stream", lambda _: django.http.StreamingHttpResponse(chunks())),
    path("file", lambda _: django.http.FileResponse(FILE.open("rb"))),
    path("nothing", lambda _: django.http.HttpResponse(status=204)),
    path("fail", fail_in_django),
)


def django_app():
    if not django.conf.settings.configured:
        django.conf.settings.configure(
            ROOT_URLCONF=__name__,
            ALLOWED_HOSTS=["*"],
            SECRET_KEY="tests only",  # noqa: S106 - it protects nothing
            DATABASES={},
            MIDDLEWARE=[],
            DEBUG=False,
        )
    django.setup()
    with override_settings(MIDDLEWARE=["django.middleware.common.CommonMiddleware"]):
        handler = django.core.asgi.get_asgi_application()
    return functools.partial(_with_urls, handler)


async def _with_urls(handler, scope, receive, send):
    """Django has one table of URLs for a process, so ours is put in its place for one call."""
    with override_settings(ROOT_URLCONF=__name__):
        await handler(scope, receive, send)


def falcon_app():

    class Resource:
        def __init__(self, answer):
            self.answer = answer

        async def on_get(self, _request, response):
            self.answer(response)

        async def on_websocket(self, _request, socket):
            await socket.accept()
            await socket.send_text(await socket.receive_text())
            await socket.close()

    def fail(response):
        raise LookupError

    def set_stream(response):
        response.stream = chunks()

    def set_nothing(response):
        response.status = falcon.HTTP_204

    answers = {
        "hello": lambda response: setattr(response, "text", "hello"),
        "json": lambda response: setattr(response, "media", {"a": 1}),
        "stream": set_stream,
        "nothing": set_nothing,
        "fail": fail,
        "socket": None,
    }
    app = falcon.asgi.App(cors_enable=True)
    for name, answer in answers.items():
        app.add_route(f"/{name}", Resource(answer))
    app.add_static_route("/static", str(FILE.parent))
    return app


def blacksheep_app():

    app = blacksheep.Application(router=blacksheep.Router())

    async def passing(request, handler):
        return await handler(request)

    app.middlewares.append(passing)

    @app.router.get("/hello")
    async def hello():
        return blacksheep.text("hello")

    @app.router.get("/json")
    async def json():
        return blacksheep.json({"a": 1})

    @app.router.get("/stream")
    async def stream():
        return blacksheep.Response(200, content=blacksheep.StreamedContent(b"text/plain", chunks))

    @app.router.get("/file")
    async def file():
        return file_response(str(FILE), "text/plain")

    @app.router.get("/nothing")
    async def nothing():
        return blacksheep.no_content()

    @app.router.get("/fail")
    async def fail():
        raise LookupError

    app.serve_files(FILE.parent, root_path="/static", extensions={".py"})

    @app.router.ws("/socket")
    async def socket(websocket: blacksheep.WebSocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    return app


STOCK = {
    "starlette": starlette_app,
    "fastapi": fastapi_app,
    "litestar": litestar_app,
    "quart": quart_app,
    "django": django_app,
    "falcon": falcon_app,
    "blacksheep": blacksheep_app,
}


NAMES = ("hello", "json", "stream", "file", "nothing", "fail", "missing", f"static/{FILE.name}", "static/no")


def visit(client, *, lifespan):
    """Use all of a stock app: every route and method, a page that is not there, a client that leaves."""
    with client if lifespan else contextlib.nullcontext():
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            for name in (
                "hello",
                "json",
                "stream",
                "file",
                "nothing",
                "fail",
                "missing",
                f"static/{FILE.name}",
                "static/no",
            ):
                client.request(method, f"/{name}", headers={"origin": "https://a.example", "accept-encoding": "gzip"})
        with client.stream("GET", "/stream"):
            pass
        for text in ("hello", None):
            with contextlib.suppress(Exception), client.websocket_connect("/socket") as socket:
                if text is None:
                    socket.abort()
                else:
                    socket.send_text(text)
                    socket.receive_text()
        for name in ("missing", "checked"):
            with contextlib.suppress(Exception), client.websocket_connect(f"/{name}"):
                pass
