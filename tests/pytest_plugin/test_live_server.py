"""``asgi_live_server`` and ``--asgi-server``."""

from __future__ import annotations

import pytest

APP = """
import threading
from contextlib import asynccontextmanager
from fastapi import FastAPI, WebSocket

started = []
release = threading.Event()
entered = threading.Event()

@asynccontextmanager
async def lifespan(app):
    started.append("start")
    yield {"shop": "open"}
    started.append("stop")

def create_app():
    app = FastAPI(lifespan=lifespan)

    @app.get("/hello")
    def hello():
        return "hello"

    @app.get("/slow")
    def slow():
        entered.set()
        release.wait(20)
        return "slow"

    @app.websocket("/chat")
    async def chat(websocket: WebSocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    return app

app = create_app()
"""
LIVE = """
from asgitest.testclient.http_library import httpx
import main

def test_over_http(asgi_live_server):
    assert httpx.get(f"{asgi_live_server}/hello").json() == "hello"
    assert asgi_live_server.state == {"shop": "open"}

def test_over_a_client(asgi_live_server):
    with asgi_live_server.client() as client:
        assert client.get("/hello").json() == "hello"
    assert main.started == ["start"]
"""
SUITE = """
import main

def test_http(asgi_client):
    response = asgi_client.get("/hello")
    assert str(response.url) == "http://testserver/hello"
    assert response.json() == "hello"
    assert response.asgi.scope["server"][0] == "127.0.0.1"

def test_websocket(asgi_websocket):
    with asgi_websocket("/chat") as session:
        session.send_text("hi")
        assert session.receive_text() == "hi"

def test_server(asgi_live_server):
    assert main.started == ["start"]

def test_factory(asgi_client_factory):
    assert asgi_client_factory(headers={"x": "y"}).get("/hello").status_code == 200
    asgi_client_factory(root_path="/api")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP)
    return pytester


def test_a_server_is_shared_by_the_tests_of_its_scope(suite: pytest.Pytester) -> None:
    suite.makepyfile(LIVE)

    suite.runpytest("--asgi-app=main:app", "-W", "error").assert_outcomes(passed=2)


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn"])
def test_the_tests_of_a_suite_run_over_sockets(suite: pytest.Pytester, server: str) -> None:
    suite.makepyfile(SUITE)

    result = suite.runpytest("--asgi-app=main:app", f"--asgi-server={server}", "-rs", "--asgi-cov=json:cov.json")

    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *root_path= is for a client in process: a real server decides it*"])
    assert '"test_live' not in result.stdout.str()
    assert "GET /hello" in (suite.path / "cov.json").read_text("utf-8")


ASYNC = """
import main, pytest

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

@pytest.mark.anyio
async def test_http(asgi_async_client):
    response = await asgi_async_client.get("/hello")
    assert str(response.url) == "http://testserver/hello"
    assert response.json() == "hello"
    assert response.asgi.scope["server"][0] == "127.0.0.1"

@pytest.mark.anyio
async def test_websocket(asgi_async_client):
    async with asgi_async_client.websocket_connect("/chat") as session:
        await session.send_text("hi")
        assert await session.receive_text() == "hi"

@pytest.mark.anyio
@pytest.mark.asgi_root_path("/api")
async def test_root_path(asgi_async_client): ...

def test_server():
    assert main.started == ["start"]
"""


def test_the_async_tests_of_a_suite_run_over_sockets_too(suite: pytest.Pytester) -> None:
    suite.makepyfile(ASYNC)

    result = suite.runpytest("--asgi-app=main:app", "--asgi-server", "-W", "error")

    result.assert_outcomes(passed=5, skipped=2)


def test_two_workers_run_servers_at_the_same_time(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_a=LIVE, test_b=LIVE)

    suite.runpytest_subprocess("--asgi-app=main:app", "-n", "2", "--dist=loadfile").assert_outcomes(passed=4)


TWICE = """
def test_in_process(asgi_client):
    asgi_client.get("/hello")

def test_live(asgi_live_server):
    with asgi_live_server.client() as client:
        assert client.get("/hello").status_code == 200
"""


def test_one_app_is_not_started_twice(suite: pytest.Pytester) -> None:
    suite.makepyfile(TWICE)

    result = suite.runpytest("--asgi-app=main:app")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["the lifespan of this app runs in process already, *", "*asgi_live_server_lifespan = *"]
    )


def test_nor_the_other_way_round(suite: pytest.Pytester) -> None:
    first, second = TWICE.strip().split("\n\n")
    suite.makepyfile(f"{second}\n\n{first}")

    result = suite.runpytest("--asgi-app=main:app")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["the lifespan of this app runs in a live server already, *"])


@pytest.mark.parametrize(
    "arguments", [["--asgi-app=main:create_app()"], ["--asgi-app=main:app", "--asgi-live-server-lifespan=off"]]
)
def test_a_factory_or_no_lifespan_lets_both_run(suite: pytest.Pytester, arguments: list[str]) -> None:
    suite.makepyfile(TWICE)

    suite.runpytest(*arguments).assert_outcomes(passed=2)


def test_an_app_without_a_lifespan_may_run_in_both(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(main="from fastapi import FastAPI\napp = FastAPI()\n@app.get('/hello')\ndef hello(): ...")
    pytester.makeconftest("import pytest, main\n@pytest.fixture(scope='session')\ndef asgi_app(): return main.app")
    pytester.makepyfile(TWICE)

    pytester.runpytest().assert_outcomes(passed=2)


def test_a_request_in_flight_is_awaited_or_told_of(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import threading
        import main

        def ask(server):
            with server.client() as client:
                client.get("/slow")

        def test_leaves_one_that_ends(asgi_live_server):
            thread = threading.Thread(target=ask, args=[asgi_live_server])
            thread.start()
            main.entered.wait(20)
            threading.Timer(0.05, main.release.set).start()

        def test_nothing_runs_any_more(asgi_live_server):
            assert asgi_live_server.watched.running() == []
            main.release.clear()
            main.entered.clear()

        def test_leaves_one_that_does_not_end(asgi_live_server, pytestconfig):
            threading.Thread(target=ask, args=[asgi_live_server]).start()
            main.entered.wait(20)

        def test_end():
            main.release.set()
    """)

    result = suite.runpytest("--asgi-app=main:app", "--asgi-live-server-grace=1", "--asgi-leaks=off")

    result.assert_outcomes(passed=4, warnings=1)
    result.stdout.fnmatch_lines(
        ["*LeakWarning: *::test_leaves_one_that_does_not_end: GET /slow still runs on the live server 1 s after *"]
    )


def test_a_server_that_is_not_installed_is_named(suite: pytest.Pytester) -> None:
    suite.makeconftest("import sys\nsys.modules['hypercorn'] = None")
    suite.makepyfile(LIVE.replace("from asgitest.testclient.http_library import httpx\n", ""))

    result = suite.runpytest_subprocess("--asgi-app=main:app", "--asgi-live-server=hypercorn")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*hypercorn is not installed: pip install hypercorn"])
