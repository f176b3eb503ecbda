"""One smoke test that apps of every framework pass, with lifespan."""

from __future__ import annotations

import contextlib
import warnings

import pytest
import starlette.requests

from asgitest.testclient import AsyncTestClient, TestClient

EVENTS = []


@contextlib.asynccontextmanager
async def lifespan(app):
    EVENTS.append("startup")
    yield
    EVENTS.append("shutdown")


def bare():
    import apps

    async def app(scope, receive, send):
        body = await apps.read_body(receive)
        await apps.respond(send, b"hello " + (body or scope["query_string"].partition(b"=")[2]))

    recording = apps.with_lifespan(
        app, startup=lambda _: EVENTS.append("startup"), shutdown=lambda _: EVENTS.append("shutdown")
    )
    return recording, True


def starlette_app():
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(request):
        name = (await request.body()).decode() or request.query_params["name"]
        return PlainTextResponse(f"hello {name}")

    return Starlette(routes=[Route("/hello", hello, methods=["GET", "POST"])], lifespan=lifespan), True


def fastapi():
    from fastapi import FastAPI
    from fastapi.responses import PlainTextResponse

    app = FastAPI(lifespan=lifespan)

    @app.get("/hello", response_class=PlainTextResponse)
    def get(name: str):
        return f"hello {name}"

    @app.post("/hello", response_class=PlainTextResponse)
    async def post(request: starlette.requests.Request):
        return f"hello {(await request.body()).decode()}"

    return app, True


def litestar():
    from litestar import Litestar, MediaType, Request, get, post

    @get("/hello", media_type=MediaType.TEXT)
    async def hello(name: str) -> str:
        return f"hello {name}"

    @post("/hello", media_type=MediaType.TEXT, status_code=200)
    async def hello_post(request: Request) -> str:
        return f"hello {(await request.body()).decode()}"

    return Litestar([hello, hello_post], lifespan=[lifespan]), True


def quart():
    from quart import Quart, request

    app = Quart("smoke")

    @app.before_serving
    async def startup():
        EVENTS.append("startup")

    @app.after_serving
    async def shutdown():
        EVENTS.append("shutdown")

    @app.route("/hello", methods=["GET", "POST"])
    async def hello():
        name = (await request.get_data()).decode() or request.args["name"]
        return f"hello {name}"

    return app, True


def falcon():
    import falcon.asgi

    class Middleware:
        async def process_startup(self, scope, event):
            EVENTS.append("startup")

        async def process_shutdown(self, scope, event):
            EVENTS.append("shutdown")

    class Hello:
        async def on_get(self, request, response):
            response.text = f"hello {request.get_param('name')}"

        async def on_post(self, request, response):
            response.text = f"hello {(await request.stream.read()).decode()}"

    app = falcon.asgi.App(middleware=[Middleware()])
    app.add_route("/hello", Hello())
    return app, True


def django():
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            ROOT_URLCONF=__name__,
            ALLOWED_HOSTS=["*"],
            SECRET_KEY="tests only",
            DATABASES={},
            MIDDLEWARE=[],
            DEBUG=False,
        )
    import django as library

    library.setup()
    from django.core.asgi import get_asgi_application

    return get_asgi_application(), False


def hello_django(request):
    from django.http import HttpResponse

    name = request.body.decode() or request.GET["name"]
    return HttpResponse(f"hello {name}", content_type="text/plain")


def url_patterns():
    from django.urls import path

    return [path("hello", hello_django)]


class _LazyPatterns(list):
    """Django reads ``urlpatterns`` when it first routes; before that it may not even be configured."""

    def __iter__(self):
        return iter(url_patterns())

    def __reversed__(self):
        return reversed(url_patterns())


urlpatterns = _LazyPatterns()


def wsgi():
    from a2wsgi import WSGIMiddleware

    def app(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        name = environ["wsgi.input"].read(length).decode() or environ["QUERY_STRING"].partition("=")[2]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"hello {name}".encode()]

    return WSGIMiddleware(app), False


FRAMEWORKS = [bare, starlette_app, fastapi, litestar, quart, falcon, django, wsgi]


@pytest.fixture(params=FRAMEWORKS, ids=lambda make: make.__name__)
def served(request):
    """An app of each framework, and whether it has a lifespan."""
    EVENTS.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return request.param()


# What these frameworks do against a SHOULD rule (asgi-rules 7.1) is theirs; the smoke test is about ours.
KNOWN_TRAITS = ["ASGI-HTTP-013", "ASGI-HTTP-030", "ASGI-LS"]


@pytest.mark.parametrize("driver", ["auto", "thread"])
def test_apps_of_every_framework_answer_inside_their_lifespan(served, driver):
    app, has_lifespan = served

    with TestClient(app, driver=driver, ignore=KNOWN_TRAITS) as client:
        got = client.get("/hello?name=ada")
        posted = client.post("/hello", content=b"grace")

    assert (got.status_code, got.text) == (200, "hello ada")
    assert (posted.status_code, posted.text) == (200, "hello grace")
    assert EVENTS == (["startup", "shutdown"] if has_lifespan else [])


def test_apps_of_every_framework_answer_an_asynchronous_client(served):
    import asyncio

    app, has_lifespan = served

    async def main():
        async with AsyncTestClient(app, ignore=KNOWN_TRAITS) as client:
            return (await client.get("/hello?name=ada")).text, (await client.post("/hello", content=b"grace")).text

    assert asyncio.run(main()) == ("hello ada", "hello grace")
    assert EVENTS == (["startup", "shutdown"] if has_lifespan else [])
