"""A client with the face of TestClient, over sockets."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI

from asgitest.pytest_plugin.servers.live_server import LiveServer, serve
from asgitest.testclient import ExchangeRecord, observe
from asgitest.testclient.http_library import httpx
from asgitest.testclient.observing import witnessed
from asgitest.testclient.overrides import value
from tests.pytest_plugin.servers.apps import Boom, make_app, who

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with serve(make_app()) as server:
        yield server


@pytest.fixture
def client(server: LiveServer) -> Iterator[Any]:
    with server.client() as client:
        yield client


def test_urls_and_headers_are_those_of_the_test_client(client: Any) -> None:
    response = client.post("/echo?a=b", content=b"hello", headers={"x-mine": "1"})

    document = response.json()
    assert document["url"] == str(response.url) == "http://testserver/echo?a=b"
    assert document["body"] == "hello"
    assert not [name for name in document["headers"] if "asgitest" in name]
    assert client.headers["user-agent"] == "testclient"


def test_https_is_seen_by_the_app(server: LiveServer) -> None:
    with server.client(base_url="https://shop.example") as client:
        assert client.get("/echo").json()["url"] == "https://shop.example/echo"


def test_redirects_and_cookies_stay_on_the_server(client: Any) -> None:
    response = client.get("/moved")

    assert [str(one.url) for one in (*response.history, response)] == [
        "http://testserver/moved",
        "http://testserver/echo",
    ]
    assert client.cookies["theme"] == "dark"


@pytest.mark.parametrize("path", ["/boom", "/late-boom"])
def test_an_exception_of_the_app_reaches_the_test(client: Any, path: str) -> None:
    with pytest.raises(Boom):
        client.get(path)


def test_a_server_that_is_gone_is_an_error_of_the_network(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asgitest.pytest_plugin.servers.live_client.END_SECONDS", 0.01)
    with server.client() as client:
        client._live_transport._address = ("127.0.0.1", 9)
        with pytest.raises(httpx.ConnectError):
            client.get("/echo")


def test_an_exception_becomes_a_500_if_it_shall_not_reach_the_test(server: LiveServer) -> None:
    with server.client(raise_server_exceptions=False) as client:
        response = client.get("/boom")

    assert response.status_code == 500
    assert isinstance(response.asgi.exception, Boom)


def test_a_response_knows_its_conversation(client: Any) -> None:
    with witnessed(lambda *_: None):
        response = client.get("/echo")

    assert response.asgi.scope["path"] == "/echo"
    assert [one["type"] for one in response.asgi.trace.messages][-2:] == ["http.response.start", "http.response.body"]
    assert response.asgi.findings == []
    assert response.status_code.asgi.record().status == 200
    assert pickle.loads(pickle.dumps(response.status_code)) == 200  # noqa: S301  it was pickled here


def test_a_conversation_that_has_not_ended_has_no_record(client: Any) -> None:
    from asgitest.pytest_plugin.servers.watched_app import LiveCall  # noqa: PLC0415

    call = LiveCall("GET /x")

    assert call.exception is None
    with pytest.raises(RuntimeError, match="the app has not finished GET /x"):
        call.record()


def test_observers_see_what_clients_of_a_server_do(client: Any) -> None:
    records: list[ExchangeRecord] = []
    with observe(records.append):
        client.post("/echo", content=b"hello")

    (record,) = records
    assert (record.kind, record.status, record.request_body) == ("http", 200, b"hello")
    assert record.scope["route"].path == "/echo"


def test_overrides_are_those_of_one_client(server: LiveServer, client: Any) -> None:
    with server.client(overrides={who: value("alice")}) as alice:
        users = [one.get("/echo").json()["user"] for one in (alice, client, alice)]

    assert users == ["alice", "nobody", "alice"]


def test_another_client_has_cookies_of_its_own(client: Any) -> None:
    client.get("/moved")

    with client.spawn() as other:
        assert dict(other.cookies) == {}
        assert other.app is client.app or other.app is not None


def test_functions_run_on_the_loop_of_the_server(client: Any) -> None:
    async def double(number: int) -> int:
        return number * 2

    assert client.run(double, 4) == 8
    assert client.app_state == {"shop": "open"}


def test_a_server_that_was_never_called_has_no_known_loop() -> None:
    with serve(FastAPI()) as server, server.client() as client:
        server.watched.loop = None
        with pytest.raises(RuntimeError, match="its loop is not known"):
            client.run(print)


def test_a_client_cannot_have_what_the_server_decides_for_all(server: LiveServer) -> None:
    with pytest.raises(pytest.skip.Exception, match="root_path= is for a client in process"):
        server.client(root_path="/api")


def test_checks_of_the_client_in_process_are_left_out(server: LiveServer) -> None:
    with server.client(validate="off", timeout=5) as client:
        assert client.get("/echo").status_code == 200


def test_the_app_forgets_a_client_that_was_closed(server: LiveServer) -> None:
    before = dict(server.watched.variants)

    with server.client() as client:
        client.get("/echo")
    server.client().close()

    assert server.watched.variants == before
