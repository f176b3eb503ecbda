"""One smoke test that apps of every framework pass, with lifespan."""

from __future__ import annotations

import asyncio
import contextlib
import warnings

import a2wsgi
import apps
import django
import django.conf
import django.core.asgi
import django.http
import django.urls
import falcon.asgi
import fastapi
import litestar
import pytest
import quart
import starlette.requests  # noqa: TC002 - FastAPI evaluates the annotation
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgitest.testclient import AsyncTestClient, TestClient

EVENTS = []


@contextlib.asynccontextmanager
async def lifespan(app):
    EVENTS.append("startup")
    yield
    EVENTS.append("shutdown")


def bare():
    async def app(scope, receive, send):
        body = await apps.read_body(receive)
        await apps.respond(send, b"hello " + (body or scope["query_string"].partition(b"=")[2]))

    recording = apps.with_lifespan(
        app, startup=lambda _: EVENTS.append("startup"), shutdown=lambda _: EVENTS.append("shutdown")
    )
    return recording, True


def starlette_app():
    async def hello(request):
        name = (await request.body()).decode() or request.query_params["name"]
        return PlainTextResponse(f"hello {name}")

    return Starlette(routes=[Route("/hello", hello, methods=["GET", "POST"])], lifespan=lifespan), True


def fastapi_app():
    app = fastapi.FastAPI(lifespan=lifespan)

    @app.get("/hello", response_class=PlainTextResponse)
    def get(name: str):
        return f"hello {name}"

    @app.post("/hello", response_class=PlainTextResponse)
    async def post(request: starlette.requests.Request):
        return f"hello {(await request.body()).decode()}"

    return app, True


def litestar_app():
    @litestar.get("/hello", media_type=litestar.MediaType.TEXT)
    async def hello(name: str) -> str:
        return f"hello {name}"

    @litestar.post("/hello", media_type=litestar.MediaType.TEXT, status_code=200)
    async def hello_post(request: litestar.Request) -> str:
        return f"hello {(await request.body()).decode()}"

    return litestar.Litestar([hello, hello_post], lifespan=[lifespan]), True


def quart_app():
    app = quart.Quart("smoke")

    @app.before_serving
    async def startup():
        EVENTS.append("startup")

    @app.after_serving
    async def shutdown():
        EVENTS.append("shutdown")

    @app.route("/hello", methods=["GET", "POST"])
    async def hello():
        name = (await quart.request.get_data()).decode() or quart.request.args["name"]
        return f"hello {name}"

    return app, True


def falcon_app():
    class Middleware:
        async def process_startup(self, _scope, _event):
            EVENTS.append("startup")

        async def process_shutdown(self, _scope, _event):
            EVENTS.append("shutdown")

    class Hello:
        async def on_get(self, request, response):
            response.text = f"hello {request.get_param('name')}"

        async def on_post(self, request, response):
            response.text = f"hello {(await request.stream.read()).decode()}"

    app = falcon.asgi.App(middleware=[Middleware()])
    app.add_route("/hello", Hello())
    return app, True


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
    return django.core.asgi.get_asgi_application(), False


def hello_django(request):
    name = request.body.decode() or request.GET["name"]
    return django.http.HttpResponse(f"hello {name}", content_type="text/plain")


def url_patterns():
    return [django.urls.path("hello", hello_django)]


class _LazyPatterns(list):
    """Django reads ``urlpatterns`` when it first routes; before that it may not even be configured."""

    def __iter__(self):
        return iter(url_patterns())

    def __reversed__(self):
        return reversed(url_patterns())


urlpatterns = _LazyPatterns()


def wsgi_app():
    def app(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        name = environ["wsgi.input"].read(length).decode() or environ["QUERY_STRING"].partition("=")[2]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"hello {name}".encode()]

    return a2wsgi.WSGIMiddleware(app), False


FRAMEWORKS = [bare, starlette_app, fastapi_app, litestar_app, quart_app, falcon_app, django_app, wsgi_app]


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
    expected = ["startup", "shutdown"] if has_lifespan else []
    assert expected == EVENTS


def test_apps_of_every_framework_answer_an_asynchronous_client(served):
    app, has_lifespan = served

    async def main():
        async with AsyncTestClient(app, ignore=KNOWN_TRAITS) as client:
            return (await client.get("/hello?name=ada")).text, (await client.post("/hello", content=b"grace")).text

    assert asyncio.run(main()) == ("hello ada", "hello grace")
    expected = ["startup", "shutdown"] if has_lifespan else []
    assert expected == EVENTS
