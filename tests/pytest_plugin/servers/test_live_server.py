"""Real servers in a thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from asgitest.pytest_plugin.servers import live_server
from asgitest.pytest_plugin.servers.live_server import LiveServer, serve
from asgitest.pytest_plugin.servers.runners import RUNNERS, bind
from asgitest.testclient import DeadlineExceeded, LeakWarning, LifespanFailed
from tests.pytest_plugin.servers.apps import make_app

every_server = pytest.mark.parametrize("kind", list(RUNNERS))


async def small_app(scope: Any, receive: Any, send: Any) -> None:
    """An app without a lifespan."""
    if scope["type"] != "http":
        raise NotImplementedError
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@every_server
def test_a_server_runs_the_lifespan_and_answers(kind: Any) -> None:
    app = make_app()

    with serve(app, kind=kind) as server, server.client() as client:
        assert str(server) == server.url == f"http://127.0.0.1:{server.port}"
        assert server.ws_url == f"ws://127.0.0.1:{server.port}"
        assert server.state == {"shop": "open"}
        assert client.get("/echo").json()["shop"] == "open"

    assert app.state.starts == 1


@every_server
def test_an_app_without_a_lifespan_is_served(kind: Any) -> None:
    with serve(small_app, kind=kind) as server, server.client() as client:
        assert client.get("/").text == "ok"


@every_server
def test_the_exception_of_a_failed_startup_reaches_the_test(kind: Any) -> None:
    error = KeyError("database")

    class Fails:
        async def __aenter__(self) -> None:
            raise error

        async def __aexit__(self, *_: object) -> None: ...

    app = FastAPI(lifespan=lambda _: Fails())

    with pytest.raises(KeyError) as caught, serve(app, kind=kind):
        pass

    assert caught.value is error


@pytest.mark.parametrize("message", [{"message": "no database"}, {}])
def test_a_startup_that_is_said_to_have_failed_is_told(message: dict[str, str]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", **message})

    with pytest.raises(LifespanFailed, match=message.get("message", "it gave no message")), serve(app):
        pass


def test_a_lifespan_that_runs_elsewhere_is_left_alone() -> None:
    app = make_app()

    with serve(app, lifespan=False) as server:
        assert server.state == {}

    assert not hasattr(app.state, "starts")


@pytest.mark.parametrize("kind", ["uvicorn", "hypercorn"])
def test_starting_and_stopping_leaves_no_thread_and_no_descriptor(kind: Any) -> None:
    def cycle() -> None:
        with serve(small_app, kind=kind) as server, server.client() as client:
            client.get("/")

    def held() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    cycle()
    before = held()

    for _ in range(10):
        cycle()

    after = held()
    assert after[0] <= before[0]
    assert after[1] <= before[1]


def test_two_servers_have_two_ports() -> None:
    with serve(small_app) as one, serve(small_app) as other:
        assert one.port != other.port


def test_a_port_is_taken_before_anything_is_started() -> None:
    with bind() as one, bind() as other:
        assert one.getsockname()[0] == "127.0.0.1"
        assert one.getsockname()[1] != other.getsockname()[1]


def test_a_server_that_is_not_installed_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="nosuchserver is not installed: pip install nosuchserver"):
        serve(small_app, kind="nosuchserver").__enter__()  # type: ignore[arg-type]  # that is the point


class Runner:
    """A server that does as little as it can."""

    def __init__(self, *_: Any) -> None:
        self.ended = threading.Event()

    def run(self) -> None:
        self.ended.wait(5)

    def stop(self) -> None:
        pass


def test_a_server_that_ends_at_once_never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ends(Runner):
        def run(self) -> None:
            pass

    class Exits(Runner):
        def run(self) -> None:
            raise SystemExit(3)

    monkeypatch.setitem(RUNNERS, "uvicorn", Ends)
    with pytest.raises(LifespanFailed, match="uvicorn ended before it served anything"):
        LiveServer(small_app).start()

    monkeypatch.setitem(RUNNERS, "uvicorn", Exits)
    with pytest.raises(SystemExit):
        LiveServer(small_app).start()


def test_a_server_that_does_not_start_or_stop_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUNNERS, "uvicorn", Runner)
    monkeypatch.setattr(live_server, "_START_SECONDS", 0.01)
    monkeypatch.setattr(live_server, "_STOP_SECONDS", 0.01)
    server = LiveServer(small_app)

    with (
        pytest.warns(LeakWarning, match="did not end within"),
        pytest.raises(DeadlineExceeded, match="uvicorn to start"),
    ):
        server.start()

    server._runner.ended.set()
    server._thread.join()
