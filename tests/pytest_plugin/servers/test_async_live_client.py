"""A client of a real server on the loop of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.servers.live_server import LiveServer, serve
from asgitest.testclient import WebSocketDisconnect
from asgitest.testclient.http_library import httpx
from asgitest.testclient.overrides import value
from tests.pytest_plugin.servers.apps import Boom, make_app, who

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with serve(make_app()) as running:
        yield running


async def test_urls_headers_and_overrides_are_those_of_the_test_client(server: LiveServer) -> None:
    overrides = {who: value("alice")}
    async with server.async_client(headers={"x-a": "b"}, overrides=overrides) as client:
        told = (await client.post("/echo?x=1", content=b"body")).json()
        other = (await client.get("https://testserver/echo")).json()

    assert (told["url"], told["body"], told["user"]) == ("http://testserver/echo?x=1", "body", "alice")
    assert "x-a" in told["headers"]
    assert not [name for name in told["headers"] if name.startswith("x-asgitest")]
    assert other["url"] == "https://testserver/echo"
    assert client.app_state == {"shop": "open"}


async def test_redirects_and_cookies_stay_on_the_server(server: LiveServer) -> None:
    async with server.async_client() as client:
        assert (await client.get("/moved")).json()["url"] == "http://testserver/echo"
        assert client.cookies["theme"] == "dark"


@pytest.mark.parametrize("path", ["/boom", "/late-boom"])
async def test_an_exception_of_the_app_reaches_the_test(server: LiveServer, path: str) -> None:
    async with server.async_client() as client:
        with pytest.raises(Boom):
            await client.get(path)


async def test_an_exception_becomes_a_500_if_it_shall_not_reach_the_test(server: LiveServer) -> None:
    async with server.async_client(raise_server_exceptions=False) as client:
        response = await client.get("/boom")

    assert response.status_code == 500
    assert isinstance(response.asgi.exception, Boom)


async def test_a_server_that_is_gone_is_an_error_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asgitest.pytest_plugin.servers.async_live_client.END_SECONDS", 0.01)
    with serve(make_app()) as gone:
        client = gone.async_client()

    async with client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/echo")


async def test_a_websocket_goes_both_ways(server: LiveServer) -> None:
    async with server.async_client() as client, client.websocket_connect("/chat", ["chat"]) as session:
        await session.send_json({"n": 1})
        assert await session.receive_json() == {"n": 1}
        await session.send_bytes(b"raw")
        assert await session.receive_bytes() == b"raw"
        assert session.accepted_subprotocol == "chat"
        for text in ("one", "two", "end"):
            await session.send_text(text)
        assert [message async for message in session] == ["one", "two"]
    assert client.cookies["seen"] == "yes"


async def test_a_refusal_is_the_close_of_the_app(server: LiveServer) -> None:
    async with server.async_client() as client:
        with pytest.raises(WebSocketDisconnect) as caught:
            await client.websocket("/chat?refuse=1").__aenter__()

    assert (caught.value.code, caught.value.reason) == (4003, "not now")


async def test_what_a_server_decides_for_all_skips_the_test(server: LiveServer) -> None:
    with pytest.raises(pytest.skip.Exception, match="root_path= is for a client in process"):
        server.async_client(root_path="/api")


async def test_the_app_forgets_a_client_that_was_closed(server: LiveServer) -> None:
    before = dict(server.watched.variants)

    async with server.async_client() as client:
        await client.get("/echo")

    assert server.watched.variants == before
