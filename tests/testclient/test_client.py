"""The synchronous client: what it shares with Starlette's, and what it does beyond."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
from pathlib import Path

import anyio
import apps
import httpx as classic
import pytest
import starlette.testclient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgitest.testclient import LifespanFailed, MisuseError, TestClient
from asgitest.testclient.http_library import httpx


def test_the_signature_begins_like_starlettes():
    ours = list(inspect.signature(TestClient.__init__).parameters.values())
    theirs = list(inspect.signature(starlette.testclient.TestClient.__init__).parameters.values())

    assert [each.name for each in ours[: len(theirs)]] == [each.name for each in theirs]
    assert [each.default for each in ours[: len(theirs)]] == [each.default for each in theirs]


def test_it_is_not_collected_as_a_test():
    assert TestClient.__test__ is False


def test_it_is_a_client_of_the_http_library():
    assert issubclass(TestClient, httpx.Client)


def test_the_user_agent_can_be_replaced():
    assert TestClient(apps.hello).headers["user-agent"] == "testclient"
    assert TestClient(apps.hello, headers={"user-agent": "mine"}).headers["user-agent"] == "mine"


def test_what_starlettes_tests_touch_is_there():
    client = TestClient(apps.with_lifespan(apps.hello))
    assert client.portal is None
    assert client.async_backend == {"backend": "asyncio", "backend_options": {}}
    assert client._transport.raise_server_exceptions is True
    assert client._transport.app is client.app

    with client:
        assert client.portal is not None
        assert client.task is not None
        assert client.app_state == {}


def test_raising_can_be_switched_at_run_time():
    async def app(scope, receive, send):
        raise LookupError("mine")

    client = TestClient(app)
    client._transport.raise_server_exceptions = False

    assert client.get("/").status_code == 500


def test_the_portal_runs_functions_on_the_loop_of_the_app():
    loops = []

    async def here(request):
        loops.append(asyncio.get_running_loop())
        return PlainTextResponse("ok")

    async def note():
        loops.append(asyncio.get_running_loop())

    with TestClient(Starlette(routes=[Route("/", here)])) as client:
        client.get("/")
        client.portal.call(note)
        client.run(note)

    assert len(set(loops)) == 1


def test_the_portal_factory_gives_a_portal_outside_as_well():
    client = TestClient(apps.hello)

    with client._portal_factory() as portal:
        assert portal.call(anyio.sleep, 0) is None


def test_running_something_needs_an_entered_client():
    with pytest.raises(MisuseError, match="with block"):
        TestClient(apps.hello).run(anyio.sleep, 0)


def test_a_portal_can_be_lent_to_another_client():
    """Public code assigns it, to share a loop between clients."""
    loops = []

    async def here(request):
        loops.append(asyncio.get_running_loop())
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", here)])
    other = TestClient(app)
    with TestClient(app) as client:
        client.get("/")
        other.portal = client.portal
        other.get("/")
        other.portal = None

    assert len(set(loops)) == 1
    assert other.portal is None


def test_a_spawned_client_shares_loop_and_state_and_nothing_else():
    async def cookies(scope, receive, send):
        scope["state"]["visits"].append(dict(scope["headers"]).get(b"cookie"))
        await apps.respond(send)

    app = apps.with_lifespan(cookies, startup=lambda scope: scope["state"].update(visits=[]))
    with TestClient(app, cookies={"who": "ada"}) as ada:
        grace = ada.spawn(cookies={"who": "grace"})
        ada.get("/")
        grace.get("/")

        assert ada.app_state["visits"] == [b"who=ada", b"who=grace"]


def test_a_closed_client_refuses_to_send():
    client = TestClient(apps.hello)
    client.close()

    with pytest.raises(RuntimeError, match="closed"):
        client.get("/")


def test_an_entered_client_answers_again_after_its_block():
    """Starlette's does as well: each call gets a loop of its own then."""
    client = TestClient(apps.with_lifespan(apps.hello))
    with client:
        pass

    assert client.get("/").text == "hello"
    assert client.portal is None


@pytest.mark.parametrize("url", ["ftp://testserver/", "gopher://x"])
def test_a_url_of_another_scheme_is_an_error_at_once(url):
    with pytest.raises((MisuseError, httpx.UnsupportedProtocol, httpx.InvalidURL)):
        TestClient(apps.hello).get(url)


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\0b"])
def test_a_request_header_that_no_client_could_send_is_misuse(value):
    with pytest.raises(MisuseError, match="holds a line break or NUL"):
        TestClient(apps.hello).get("/", headers={"x-a": value})


@pytest.mark.parametrize("content", [42, object(), {"a": 1}])
def test_a_body_of_a_wrong_type_is_a_type_error(content):
    with pytest.raises(TypeError):
        TestClient(apps.hello).post("/", content=content)


def test_objects_of_the_other_http_library_are_taken():
    """Code that holds httpx objects works with a client built on httpx2, and the other way round."""
    client = TestClient(
        apps.mirror,
        base_url=classic.URL("http://other"),
        headers=classic.Headers({"x-a": "1"}),
        cookies=classic.Cookies({"c": "3"}),
    )

    response = client.get(
        classic.URL("/path"),
        params=classic.QueryParams({"q": "x"}),
        headers=classic.Headers({"x-b": "2"}),
        timeout=classic.Timeout(5),
        auth=classic.BasicAuth("user", "password"),
    )

    headers = dict(response.json()["headers"])
    assert (headers["x-a"], headers["x-b"], headers["cookie"], headers["host"]) == ("1", "2", "c=3", "other")
    assert headers["authorization"].startswith("Basic ")
    assert response.json()["query_string"] == "q=x"


def test_a_shutdown_that_fails_is_noted_on_the_tests_own_exception():
    async def failing(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "busy"})

    with pytest.raises(ZeroDivisionError) as caught, TestClient(failing):
        _ = 1 / 0

    assert "the app's shutdown failed: busy" in "".join(caught.value.__notes__)


def test_the_same_exception_of_test_and_app_is_raised_once():
    error = LookupError("mine")

    async def app(scope, receive, send):
        raise error

    with pytest.raises(LookupError) as caught, TestClient(app, ignore=["ASGI-LS"]) as client:
        client.get("/")

    assert caught.value is error


def test_a_response_that_nobody_read_is_left_with_the_client():
    seen = []

    async def app(scope, receive, send):
        await apps.read_body(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        seen.append((await receive())["type"])
        await send({"type": "http.response.body", "body": b"b"})

    with TestClient(apps.with_lifespan(app)) as client:
        client.send(client.build_request("GET", "/"), stream=True)

    assert seen == ["http.disconnect"]


def test_lifespan_methods_run_the_lifespan_alone():
    """Starlette's client has them, as coroutines."""
    app = apps.with_lifespan(apps.hello)

    with TestClient(app) as client:
        assert inspect.iscoroutinefunction(client.wait_startup)
        assert inspect.iscoroutinefunction(client.wait_shutdown)
        assert inspect.iscoroutinefunction(client.lifespan)
        assert app.events == ["startup"]

    assert app.events == ["startup", "shutdown"]


def test_a_startup_that_fails_leaves_nothing_behind():
    async def failing(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    client = TestClient(failing)
    threads = threading.active_count()
    with pytest.raises(LifespanFailed), client:
        pytest.fail("the block was entered")

    assert client.portal is None
    assert threading.active_count() == threads


def open_descriptors():
    """How many file descriptors this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize("driver", ["baton", "public", "thread"])
def test_three_hundred_clients_leave_nothing_behind(driver):
    """No thread, no file descriptor, no task."""
    app = apps.with_lifespan(apps.hello)

    def cycle():
        with TestClient(app, driver=driver) as client:
            client.get("/")
            assert client.leaks is None
        assert client.leaks is None or not client.leaks.tasks
        TestClient(app, driver=driver).get("/")

    cycle()
    gc.collect()
    threads, descriptors = threading.active_count(), open_descriptors()
    for _ in range(150):
        cycle()
    gc.collect()

    assert threading.active_count() <= threads
    assert open_descriptors() <= descriptors


def test_a_deprecated_timeout_argument_is_honoured_without_a_warning():
    assert TestClient(apps.hello).get("/", timeout=5).text == "hello"


def test_a_websocket_needs_our_own_transport():
    client = TestClient(apps.echo_socket, mounts={"ws://": httpx.MockTransport(lambda _: httpx.Response(200))})

    with pytest.raises(MisuseError, match="answered by another transport"):
        client.websocket_connect("/ws")


def test_trailers_are_seen_as_soon_as_they_are_sent():
    """Starlette's tests count on it: the list that the response was given at its start is the one that is filled."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "trailers": True})
        await send({"type": "http.response.body", "body": b"hello"})
        await send({"type": "http.response.trailers", "headers": [(b"x-item", b"one")]})

    with TestClient(app).stream("GET", "/") as response:
        assert next(response.iter_raw()) == b"hello"
        assert response.extensions["http.response.trailers"] == [(b"x-item", b"one")]
