"""Clients that are used from several threads, or from inside a running loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import pytest
import trio
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.testclient.behaviours.hosts import HOSTS, SYNCHRONOUS

every_host = pytest.mark.parametrize("host", HOSTS, ids=str)
synchronous = pytest.mark.parametrize("host", SYNCHRONOUS, ids=str)


async def hello(request):
    await anyio.lowlevel.checkpoint()
    return PlainTextResponse(f"hello {request.query_params.get('name', '')}")


APP = Starlette(routes=[Route("/", hello)])


@synchronous
def test_a_client_answers_inside_an_asyncio_test(host):
    async def test():
        with host.client(APP) as client:
            return client.get("/?name=ada").text

    assert asyncio.run(test()) == "hello ada"


@synchronous
def test_a_client_answers_inside_a_trio_test(host):
    async def test():
        with host.client(APP) as client:
            return client.get("/?name=ada").text

    assert trio.run(test) == "hello ada"


@synchronous
def test_a_client_of_a_sync_fixture_answers_inside_an_async_test(host):
    """Entered without a loop, used inside one, left without one."""
    with host.client(APP) as client:

        async def test():
            await asyncio.sleep(0)
            return client.get("/?name=ada").text

        assert asyncio.run(test()) == "hello ada"
        assert client.get("/?name=grace").text == "hello grace"


@every_host
def test_threads_that_wait_for_each_other_make_progress(host):
    """The first request is answered only because of the second one."""
    opened = []
    waits = threading.Event()

    async def wait(request):
        event = anyio.Event()
        opened.append(event)
        waits.set()
        await event.wait()
        return PlainTextResponse("released")

    async def release(request):
        opened.pop().set()
        return PlainTextResponse("releasing")

    app = Starlette(routes=[Route("/wait", wait), Route("/release", release)])
    with host.client(app) as client, ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(client.get, "/wait")
        assert waits.wait(20)
        releasing = pool.submit(client.get, "/release")

        assert (waiting.result(20).text, releasing.result(20).text) == ("released", "releasing")


@every_host
def test_six_threads_get_their_own_answers(host):
    def ask(number):
        return [client.get(f"/?name={number}-{turn}").text for turn in range(5)]

    with host.client(APP) as client, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))

    assert answers == [[f"hello {number}-{turn}" for turn in range(5)] for number in range(6)]


@synchronous
def test_a_client_is_left_in_another_thread_than_it_was_entered_in(host):
    """Fixtures of wider scopes do that."""
    context = host.client(APP)
    client = context.__enter__()
    assert client.get("/?name=a").text == "hello a"

    thread = threading.Thread(target=context.__exit__, args=(None, None, None))
    thread.start()
    thread.join(20)

    assert not thread.is_alive()
