"""Startup and shutdown, in all the ways in which apps go through them."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import warnings

import apps
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from asgitest.testclient import (
    AsyncTestClient,
    DeadlineExceeded,
    DeadlockDetected,
    LifespanFailed,
    LifespanWarning,
    ProtocolViolation,
    TestClient,
)

COMPLETE = {"type": "lifespan.startup.complete"}
STOPPED = {"type": "lifespan.shutdown.complete"}


def serving(lifespan):
    """An app with this lifespan, that answers hello."""

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await lifespan(scope, receive, send)
        else:
            await apps.hello(scope, receive, send)

    return app


async def complete(scope, receive, send):
    await receive()
    await send(COMPLETE)
    await receive()
    await send(STOPPED)


def test_an_app_that_raises_before_it_receives_has_no_lifespan():
    """The specification: "the server must continue but not send any lifespan events"."""

    async def unsupported(scope, receive, send):
        raise ValueError("http only")

    with TestClient(serving(unsupported)) as client:
        assert client.get("/").text == "hello"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_before_the_app_receives_is_no_answer(kind):
    async def interrupted(scope, receive, send):
        raise kind

    with pytest.raises(kind), TestClient(serving(interrupted)):
        pytest.fail("the block was entered")


def test_an_app_that_raises_after_it_received_has_failed():
    error = LookupError("no database")

    async def failing(scope, receive, send):
        await receive()
        raise error

    with pytest.raises(LookupError) as caught, TestClient(serving(failing)):
        pytest.fail("the block was entered")

    assert caught.value is error


def test_a_failure_that_is_said_and_raised_is_the_exception():
    """Starlette's router says that startup failed, and raises as well."""
    error = LookupError("no database")

    @contextlib.asynccontextmanager
    async def lifespan(app):
        raise error
        yield

    with pytest.raises(LookupError) as caught, TestClient(Starlette(lifespan=lifespan)):
        pytest.fail("the block was entered")

    assert caught.value is error


def test_a_startup_that_fails_without_a_word_says_so():
    async def failing(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed"})

    with pytest.raises(LifespanFailed) as caught, TestClient(serving(failing)):
        pytest.fail("the block was entered")

    assert (caught.value.phase, caught.value.message) == ("startup", "")
    assert "it gave no message" in str(caught.value)


def test_a_shutdown_that_fails_is_raised_when_the_client_is_left():
    async def failing(scope, receive, send):
        await receive()
        await send(COMPLETE)
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "still busy"})

    with pytest.raises(LifespanFailed, match="shutdown failed: still busy"), TestClient(serving(failing)):
        pass


def test_a_shutdown_that_raises_is_the_exception():
    error = LookupError("mine")

    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield
        raise error

    with pytest.raises(LookupError) as caught, TestClient(Starlette(lifespan=lifespan)):
        pass

    assert caught.value is error


def test_the_tests_own_exception_comes_before_that_of_the_shutdown():
    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield
        raise LookupError("on the way out")

    with pytest.raises(ZeroDivisionError) as caught, TestClient(Starlette(lifespan=lifespan)):
        _ = 1 / 0

    assert "LookupError('on the way out')" in "".join(caught.value.__notes__)


def test_an_app_that_returns_before_its_startup_is_complete_broke_a_rule():
    async def early(scope, receive, send):
        await receive()

    with pytest.raises(ProtocolViolation, match="ASGI-LS"), TestClient(serving(early)):
        pytest.fail("the block was entered")


def test_an_app_that_returns_after_its_startup_misses_its_shutdown():
    async def early(scope, receive, send):
        await receive()
        await send(COMPLETE)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.suppress(ProtocolViolation), TestClient(serving(early)) as client:
            assert client.get("/").text == "hello"

    assert all("ASGI-LS" in str(warning.message) for warning in caught)


def test_a_startup_that_takes_too_long_ends_at_the_deadline():
    async def slow(scope, receive, send):
        await receive()
        await asyncio.sleep(60)

    with (
        pytest.raises(DeadlineExceeded, match=r"waited 0\.2 s for the app's startup"),
        TestClient(serving(slow), timeout=0.2),
    ):
        pytest.fail("the block was entered")


def test_a_shutdown_that_takes_too_long_ends_at_the_deadline():
    async def slow(scope, receive, send):
        await receive()
        await send(COMPLETE)
        await receive()
        await asyncio.sleep(60)

    with pytest.raises(DeadlineExceeded, match=r"the app's shutdown"), TestClient(serving(slow), timeout=0.2):
        pass


def test_an_asynchronous_client_detects_a_blocked_startup():
    async def blocked(scope, receive, send):
        await receive()
        await asyncio.Event().wait()

    async def main():
        async with AsyncTestClient(serving(blocked), timeout=0.3):
            pytest.fail("the block was entered")

    with pytest.raises(DeadlineExceeded):
        asyncio.run(main())


def test_a_client_can_be_entered_again_after_a_startup_that_failed():
    attempts = []

    async def second_time(scope, receive, send):
        attempts.append(scope)
        if len(attempts) == 1:
            await receive()
            await send({"type": "lifespan.startup.failed"})
        else:
            await complete(scope, receive, send)

    client = TestClient(serving(second_time))
    with pytest.raises(LifespanFailed), client:
        pytest.fail("the block was entered")
    with client:
        assert client.get("/").text == "hello"


def test_state_is_shared_shallowly():
    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield {"pool": "a pool"}

    async def show(request):
        return PlainTextResponse(request.state.pool)

    with TestClient(Starlette(lifespan=lifespan, routes=[Route("/", show)])) as client:
        assert client.get("/").text == "a pool"
        assert client.app_state == {"pool": "a pool"}


def test_context_variables_keep_their_value_of_the_test_unless_the_lifespan_sets_them():
    own = contextvars.ContextVar("own", default="unset")
    other = contextvars.ContextVar("other", default="unset")

    @contextlib.asynccontextmanager
    async def lifespan(app):
        own.set("lifespan")
        yield

    async def show(request):
        return PlainTextResponse(f"{own.get()} {other.get()}")

    app = Starlette(lifespan=lifespan, routes=[Route("/", show)])
    with TestClient(app) as client:
        token = other.set("test")
        text = client.get("/").text
        other.reset(token)

    assert text == "lifespan test"


@pytest.mark.parametrize("use", ["http", "websocket"])
def test_a_forgotten_with_is_warned_of_once(use):
    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield

    client = TestClient(Starlette(lifespan=lifespan, routes=[Route("/", lambda _: PlainTextResponse("ok"))]))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            if use == "http":
                client.get("/")
            else:
                with contextlib.suppress(Exception), client.websocket_connect("/"):
                    pass

    assert [warning.category for warning in caught] == [LifespanWarning]


@pytest.mark.parametrize(
    "app",
    [
        apps.hello,
        Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))]),
        Starlette(routes=[Mount("/", Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))]))]),
    ],
    ids=["bare", "without lifespan", "mounted without lifespan"],
)
def test_an_app_without_startup_code_needs_no_with(app):
    assert TestClient(app).get("/").text == "hello"


def test_on_startup_handlers_count_as_startup_code():
    """The older form, which FastAPI still has."""
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))])
    app.router.on_startup = [lambda: None]

    with pytest.warns(LifespanWarning):
        TestClient(app).get("/")


def test_a_blocked_shutdown_is_a_certain_deadlock_with_its_line():
    async def blocked(scope, receive, send):
        await receive()
        await send(COMPLETE)
        await receive()
        await asyncio.Event().wait()

    with pytest.raises(DeadlockDetected, match=r"test_lifespan_session\.py"), TestClient(serving(blocked)):
        pass
