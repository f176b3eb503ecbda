"""What apps do with HTTP, the same on every driver."""

from __future__ import annotations

import gzip
import threading

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from tests.testclient.behaviours.hosts import HOSTS, SYNCHRONOUS

every_host = pytest.mark.parametrize("host", HOSTS, ids=str)


def serving(endpoint, **options):
    """A Starlette app with one route."""
    return Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])], **options)


@every_host
def test_a_sync_endpoint_runs_in_a_worker_thread(host):
    async def on_the_loop(request):
        return PlainTextResponse(str(threading.get_ident()))

    def in_a_worker(request):
        return PlainTextResponse(str(threading.get_ident()))

    app = Starlette(routes=[Route("/loop", on_the_loop), Route("/worker", in_a_worker)])
    with host.client(app) as client:
        assert client.get("/loop").text != client.get("/worker").text


@every_host
def test_a_background_task_has_ended_when_the_response_is_there(host):
    done = []

    async def later():
        await anyio.lowlevel.checkpoint()
        done.append("background")

    async def endpoint(request):
        return PlainTextResponse("ok", background=BackgroundTask(later))

    with host.client(serving(endpoint)) as client:
        client.get("/")

        assert done == ["background"]


@every_host
def test_a_stream_arrives_chunk_by_chunk_while_the_app_runs(host):
    progress = []

    async def chunks():
        for number in range(3):
            progress.append(number)
            yield f"{number}\n"

    async def endpoint(request):
        return StreamingResponse(chunks())

    with host.client(serving(endpoint)) as client, client.stream("GET", "/") as response:
        stream = response.iter_bytes()
        first = next(stream)
        seen = list(progress)
        rest = list(stream)

    assert (first, rest) == (b"0\n", [b"1\n", b"2\n"])
    assert len(seen) < 3


@every_host
def test_a_stream_made_by_a_sync_generator_arrives_whole(host):
    async def endpoint(request):
        return StreamingResponse(str(number) for number in range(5))

    with host.client(serving(endpoint)) as client:
        assert client.get("/").text == "01234"


@every_host
def test_an_upload_in_pieces_reaches_the_app(host):
    async def endpoint(request):
        return PlainTextResponse(b"|".join([chunk async for chunk in request.stream()]))

    with host.client(serving(endpoint)) as client:
        assert client.post("/", content=b"whole").text == "whole|"


@every_host
def test_an_exception_before_the_response_is_the_same_object(host):
    error = LookupError("mine")

    async def endpoint(request):
        raise error

    with host.client(serving(endpoint)) as client:
        with pytest.raises(LookupError) as caught:
            client.get("/")

        assert caught.value is error


@every_host
def test_an_exception_after_the_response_started_is_the_same_object(host):
    error = LookupError("mine")

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        raise error

    with host.client(app) as client:
        with pytest.raises(LookupError) as caught:
            client.get("/")

        assert caught.value is error


@every_host
def test_without_raising_an_exception_becomes_a_500(host):
    async def endpoint(request):
        raise LookupError("mine")

    with host.client(serving(endpoint), raise_server_exceptions=False) as client:
        assert client.get("/").status_code == 500


@every_host
def test_a_worker_thread_calls_back_into_the_loop(host):
    async def on_the_loop():
        await anyio.lowlevel.checkpoint()
        return threading.get_ident()

    def endpoint(request):
        return JSONResponse([anyio.from_thread.run(on_the_loop), threading.get_ident()])

    with host.client(serving(endpoint)) as client:
        loop, worker = client.get("/").json()

    assert loop != worker


@every_host
def test_a_client_inside_the_app_works(host):
    """An app that tests another app, or calls itself through a client."""

    async def inner(request):
        return PlainTextResponse("inner")

    def endpoint(request):
        with SYNCHRONOUS[0].client(serving(inner)) as client:
            return PlainTextResponse(f"outer {client.get('/').text}")

    with host.client(serving(endpoint)) as client:
        assert client.get("/").text == "outer inner"


@every_host
def test_gzip_under_a_base_http_middleware_works(host):
    async def mark(request, call_next):
        response = await call_next(request)
        response.headers["x-marked"] = "yes"
        return response

    async def endpoint(request):
        return PlainTextResponse("a" * 2000)

    app = serving(endpoint, middleware=[Middleware(BaseHTTPMiddleware, dispatch=mark), Middleware(GZipMiddleware)])
    with host.client(app) as client:
        response = client.get("/", headers={"accept-encoding": "gzip"})

    assert response.headers["x-marked"] == "yes"
    assert response.headers["content-encoding"] == "gzip"
    assert response.content == b"a" * 2000
    assert len(gzip.compress(response.content)) < 2000


@every_host
def test_an_event_stream_that_is_left_early_ends_the_app(host):
    ended = []

    async def events():
        while True:
            yield "data: tick\n\n"
            await anyio.sleep(0.001)

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await StreamingResponse(events(), media_type="text/event-stream")(scope, receive, send)
        ended.append(True)

    with host.client(app) as client:
        with client.stream("GET", "/") as response:
            first = next(response.iter_bytes())

        assert (first, ended) == (b"data: tick\n\n", [True])


@pytest.mark.parametrize("host", SYNCHRONOUS, ids=str)
def test_a_client_that_was_never_entered_answers(host):
    async def endpoint(request):
        return JSONResponse({"state": hasattr(request, "state")})

    client = host.bare_client(serving(endpoint))

    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 200]
