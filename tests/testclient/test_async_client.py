"""The asynchronous client, on the loop of the test."""

from __future__ import annotations

import asyncio
import contextlib

import anyio
import apps
import pytest
import trio

from asgitest.testclient import (
    AsyncTestClient,
    DeadlineExceeded,
    LifespanFailed,
    MisuseError,
    TestClient,
    WebSocketDisconnect,
)
from asgitest.testclient.http_library import httpx


def on_asyncio(test):
    """Run a coroutine function on asyncio."""
    return asyncio.run(test())


def on_trio(test):
    """Run a coroutine function on trio."""
    return trio.run(test)


both_loops = pytest.mark.parametrize("run", [on_asyncio, on_trio])


async def streaming(scope, receive, send):
    """Stream two chunks."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a", "more_body": True})
    await send({"type": "http.response.body", "body": b"b"})


def test_it_is_a_client_of_the_http_library():
    assert issubclass(AsyncTestClient, httpx.AsyncClient)
    assert AsyncTestClient.__test__ is False


@both_loops
def test_it_answers_inside_its_lifespan(run):
    app = apps.with_lifespan(apps.hello)

    async def test():
        async with AsyncTestClient(app) as client:
            return (await client.get("/")).text, list(app.events)

    assert run(test) == ("hello", ["startup"])
    assert app.events == ["startup", "shutdown"]


@both_loops
def test_it_answers_without_being_entered(run):
    async def test():
        return (await AsyncTestClient(apps.hello).get("/")).text

    assert run(test) == "hello"


def test_the_app_runs_on_the_loop_of_the_test():
    """Objects that belong to a loop can be shared between test and app."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await released.wait()
        await apps.respond(send, b"released")

    released = None

    async def test():
        nonlocal released
        released = asyncio.Event()
        client = AsyncTestClient(app)
        answer = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0)
        released.set()
        return (await answer).text

    assert asyncio.run(test()) == "released"


@both_loops
def test_a_stream_arrives_chunk_by_chunk(run):
    async def test():
        async with AsyncTestClient(streaming).stream("GET", "/") as response:
            return [chunk async for chunk in response.aiter_raw()]

    assert run(test) == [b"a", b"b"]


@both_loops
def test_a_stream_that_is_left_is_a_disconnect(run):
    seen = []

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await apps.read_body(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        seen.append((await receive())["type"])
        await send({"type": "http.response.body", "body": b"b"})

    async def test():
        async with AsyncTestClient(app).stream("GET", "/"):
            pass

    run(test)

    assert seen == ["http.disconnect"]


@both_loops
def test_an_exception_of_the_app_is_the_same_object(run):
    error = LookupError("mine")

    async def app(scope, receive, send):
        raise error

    async def test():
        await AsyncTestClient(app).get("/")

    with pytest.raises(LookupError) as caught:
        run(test)

    assert caught.value is error


def test_raising_can_be_switched_off():
    async def app(scope, receive, send):
        raise LookupError("mine")

    async def test():
        return (await AsyncTestClient(app, raise_server_exceptions=False).get("/")).status_code

    assert asyncio.run(test()) == 500


def test_entering_twice_is_misuse():
    async def test():
        async with AsyncTestClient(apps.with_lifespan(apps.hello)) as client:
            with pytest.raises(MisuseError, match="entered already"):
                await client.__aenter__()

    asyncio.run(test())


def test_leaving_without_having_entered_does_nothing():
    async def test():
        await AsyncTestClient(apps.hello).__aexit__()

    asyncio.run(test())


def test_it_is_entered_and_left_in_different_tasks():
    """Fixtures of pytest plugins do that; a cancel scope of anyio would refuse."""
    app = apps.with_lifespan(apps.hello)

    async def test():
        client = AsyncTestClient(app)
        await asyncio.create_task(client.__aenter__())
        text = (await client.get("/")).text
        await asyncio.create_task(client.__aexit__())
        return text

    assert asyncio.run(test()) == "hello"
    assert app.events == ["startup", "shutdown"]


def test_a_startup_that_fails_is_raised_and_can_be_repeated():
    attempts = []

    async def app(scope, receive, send):
        attempts.append(scope)
        await receive()
        if len(attempts) == 1:
            await send({"type": "lifespan.startup.failed", "message": "no"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def test():
        client = AsyncTestClient(app)
        with pytest.raises(LifespanFailed, match="no"):
            await client.__aenter__()
        async with client:
            pass

    asyncio.run(test())

    assert len(attempts) == 2


def failing_shutdown():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "busy"})

    return app


def test_a_shutdown_that_fails_is_raised():
    async def test():
        async with AsyncTestClient(failing_shutdown()):
            pass

    with pytest.raises(LifespanFailed, match="busy"):
        asyncio.run(test())


def test_a_shutdown_that_fails_is_noted_on_the_tests_own_exception():
    async def test():
        async with AsyncTestClient(failing_shutdown()):
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(test())

    assert "shutdown failed: busy" in "".join(caught.value.__notes__)


@both_loops
def test_a_request_has_a_deadline(run):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await anyio.sleep(60)

    async def test():
        await AsyncTestClient(app, timeout=0.2).get("/")

    with pytest.raises(DeadlineExceeded, match=r"waited 0\.2 s for the response to GET /"):
        run(test)


@both_loops
def test_a_websocket_echoes(run):
    async def test():
        async with AsyncTestClient(apps.echo_socket).websocket_connect("/ws") as websocket:
            await websocket.send_text("a")
            text = await websocket.receive_text()
            await websocket.send_bytes(b"b")
            data = await websocket.receive_bytes()
            await websocket.send_json({"c": 1}, mode="binary")
            return text, data, await websocket.receive_json(mode="binary"), await websocket.receive_nothing()

    assert run(test) == ("a", b"b", {"c": 1}, True)


def test_the_websocket_method_of_the_http_library_reaches_the_websocket():
    async def test():
        async with AsyncTestClient(apps.echo_socket).websocket("/ws") as websocket:
            await websocket.send({"type": "websocket.receive", "text": "a"})
            return await websocket.receive()

    assert asyncio.run(test()) == {"type": "websocket.send", "text": "a"}


def test_a_websocket_is_iterated_until_it_is_closed():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.send", "bytes": b"b"})
        await send({"type": "websocket.close"})

    async def test():
        async with AsyncTestClient(app).websocket_connect("/ws", timeout=5) as websocket:
            return [data async for data in websocket]

    assert asyncio.run(test()) == ["a", b"b"]


def test_closing_and_aborting_a_websocket_reach_the_app():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        seen.append((await receive())["code"])

    async def test():
        client = AsyncTestClient(app)
        async with client.websocket_connect("/ws") as websocket:
            await websocket.close(3001, "bye")
        async with client.websocket_connect("/ws") as websocket:
            await websocket.abort()

    asyncio.run(test())

    assert seen == [3001, 1005]


def test_an_exception_on_the_way_out_of_a_websocket_is_noted_on_the_tests_own():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        raise LookupError("on the way out")

    async def test(own):
        async with AsyncTestClient(app).websocket_connect("/ws"):
            if own is not None:
                raise own

    with pytest.raises(LookupError, match="on the way out"):
        asyncio.run(test(None))
    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(test(ZeroDivisionError()))
    assert "LookupError('on the way out')" in "".join(caught.value.__notes__)


def test_the_same_exception_of_test_and_app_has_no_note():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        raise LookupError("mine")

    async def test():
        async with AsyncTestClient(app).websocket_connect("/ws") as websocket:
            await websocket.close()
            await websocket.receive()

    with pytest.raises((LookupError, WebSocketDisconnect)) as caught:
        asyncio.run(test())

    assert "when the WebSocket was left" not in "".join(getattr(caught.value, "__notes__", []))


def test_many_requests_at_once_get_their_own_answers():
    async def test():
        async with AsyncTestClient(apps.with_lifespan(apps.mirror)) as client:
            answers = await asyncio.gather(*(client.get(f"/{number}") for number in range(20)))
        return [answer.json()["path"] for answer in answers]

    assert asyncio.run(test()) == [f"/{number}" for number in range(20)]


def test_a_cancelled_request_ends_its_app():
    ended = []

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def test():
        request = asyncio.create_task(AsyncTestClient(app).get("/"))
        await asyncio.sleep(0.01)
        request.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await request
        await asyncio.sleep(0)

    asyncio.run(test())

    assert ended == [True]


def test_both_clients_take_the_same_arguments_but_for_the_loop():
    import inspect  # noqa: PLC0415 - only here

    ours = set(inspect.signature(AsyncTestClient.__init__).parameters)
    theirs = set(inspect.signature(TestClient.__init__).parameters)

    assert theirs - ours == {"backend", "backend_options", "driver", "clock"}
    assert ours <= theirs
