"""What apps expect of the event loop they run on, the same on every driver."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
import threading

import anyio
import anyio.abc
import anyio.from_thread
import anyio.lowlevel
import pytest
import sniffio
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from tests.testclient.behaviours.hosts import HOSTS, ON_ASYNCIO

every_host = pytest.mark.parametrize("host", HOSTS, ids=str)
on_asyncio = pytest.mark.parametrize("host", ON_ASYNCIO, ids=str)
tag = contextvars.ContextVar("tag", default="unset")


def serving(endpoint, *, lifespan=None):
    """A Starlette app with one route."""
    return Starlette(routes=[Route("/", endpoint)], lifespan=lifespan)


@every_host
def test_cancel_scopes_and_task_groups_of_anyio_work(host):
    async def endpoint(request):
        results = []
        with anyio.move_on_after(0.01) as scope:
            await anyio.sleep_forever()
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(_append_later, results, number)
        return JSONResponse([scope.cancelled_caught, sorted(results)])

    with host.client(serving(endpoint)) as client:
        assert client.get("/").json() == [True, [0, 1, 2]]


async def _append_later(results, number):
    await anyio.lowlevel.checkpoint()
    results.append(number)


@on_asyncio
def test_timeouts_and_task_groups_of_asyncio_work(host):
    async def endpoint(request):
        results = []
        timed_out = False
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            timed_out = True
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(_append_later(results, number))
        return JSONResponse([timed_out, sorted(results)])

    with host.client(serving(endpoint)) as client:
        assert client.get("/").json() == [True, [0, 1, 2]]


@every_host
def test_a_request_is_a_task_of_its_own(host):
    async def endpoint(request):
        return JSONResponse([anyio.get_current_task().id, anyio.get_current_task().name])

    with host.client(serving(endpoint)) as client:
        answers = [client.get("/").json() for _ in range(2)]

    assert all("GET /" in str(name) for _, name in answers)


@every_host
def test_the_library_of_the_loop_is_known(host):
    async def endpoint(request):
        return PlainTextResponse(sniffio.current_async_library())

    with host.client(serving(endpoint)) as client:
        assert client.get("/").text == host.backend


@every_host
def test_context_variables_of_the_lifespan_are_seen_by_requests(host):
    @contextlib.asynccontextmanager
    async def lifespan(app):
        tag.set("from the lifespan")
        yield

    async def endpoint(request):
        return PlainTextResponse(tag.get())

    with host.client(serving(endpoint, lifespan=lifespan)) as client:
        assert client.get("/").text == "from the lifespan"


@every_host
def test_what_a_request_sets_stays_in_it(host):
    async def endpoint(request):
        before = tag.get()
        tag.set("from a request")
        return PlainTextResponse(before)

    with host.client(serving(endpoint)) as client:
        assert [client.get("/").text for _ in range(2)] == ["unset", "unset"]


@every_host
def test_lifespan_and_requests_share_one_loop(host):
    loops = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        loops.append(anyio.lowlevel.current_token())
        yield
        loops.append(anyio.lowlevel.current_token())

    async def endpoint(request):
        loops.append(anyio.lowlevel.current_token())
        return PlainTextResponse("ok")

    with host.client(serving(endpoint, lifespan=lifespan)) as client:
        client.get("/")
        client.get("/")

    assert len(loops) == 4
    assert all(loop == loops[0] for loop in loops)


@every_host
def test_the_state_of_the_lifespan_is_copied_for_each_request(host):
    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield {"shared": [], "plain": "first"}

    async def endpoint(request):
        request.state.shared.append("x")
        before = request.state.plain
        request.scope["state"]["plain"] = "changed"
        return JSONResponse([before, len(request.state.shared)])

    with host.client(serving(endpoint, lifespan=lifespan)) as client:
        assert [client.get("/").json() for _ in range(2)] == [["first", 1], ["first", 2]]


@every_host
def test_a_background_task_goes_on_between_calls(host):
    reached = threading.Event()

    async def work():
        for _ in range(3):
            await anyio.sleep(0.001)
        reached.set()

    @contextlib.asynccontextmanager
    async def lifespan(app):
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            yield
            group.cancel_scope.cancel()

    with host.client(Starlette(lifespan=lifespan)):
        assert reached.wait(5)


@every_host
def test_a_server_in_the_lifespan_answers_between_calls(host):
    ports = []

    async def answer(stream):
        async with stream:
            await stream.send(b"hello")

    @contextlib.asynccontextmanager
    async def lifespan(app):
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        ports.append(_port_of(listener))
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, answer)
            yield
            group.cancel_scope.cancel()

    async def fetch():
        async with await anyio.connect_tcp("127.0.0.1", ports[0]) as stream:
            return await stream.receive()

    with host.client(Starlette(lifespan=lifespan)):
        assert _in_thread(lambda: anyio.run(fetch)) == b"hello"


def _port_of(listener):
    return listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - of anyio, not of Django


def _in_thread(function):
    """Call *function* in a thread, without any loop, and wait for it."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
    thread.start()
    thread.join(10)
    return results[0]


@every_host
def test_another_thread_calls_into_the_loop_between_calls(host):
    tokens = []
    reached = threading.Event()

    @contextlib.asynccontextmanager
    async def lifespan(app):
        tokens.append(anyio.lowlevel.current_token())
        yield

    with host.client(Starlette(lifespan=lifespan)):
        anyio.from_thread.run_sync(reached.set, token=tokens[0])

        assert reached.is_set()


@every_host
def test_a_subprocess_is_awaited(host):
    async def endpoint(request):
        done = await anyio.run_process([sys.executable, "-c", "print('from a process')"])
        return PlainTextResponse(done.stdout)

    with host.client(serving(endpoint)) as client:
        assert client.get("/").text.strip() == "from a process"


@every_host
def test_the_network_is_read(host):
    async def answer(stream):
        async with stream:
            await stream.send(b"over the wire")

    async def endpoint(request):
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, answer)
            port = _port_of(listener)
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                data = await stream.receive()
            group.cancel_scope.cancel()
        return PlainTextResponse(data)

    with host.client(serving(endpoint)) as client:
        assert client.get("/").text == "over the wire"
