"""The transports between the HTTP library and the app."""

from __future__ import annotations

import asyncio

import apps
import pytest

from asgitest.testclient import TestClient
from asgitest.testclient.http_library import httpx
from asgitest.testclient.transport import AsyncTransport, SyncTransport
from asgitest.testclient.upgrade import Upgrade


def test_a_sync_client_of_the_http_library_can_use_the_transport():
    with httpx.Client(transport=SyncTransport(apps.mirror), base_url="http://testserver") as client:
        response = client.post("/a?b=c", content=b"body")

    assert response.json()["body"] == "body"
    assert response.json()["query_string"] == "b=c"


def test_an_async_client_of_the_http_library_can_use_the_transport():
    async def main():
        transport = AsyncTransport(apps.mirror, app_state={})
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return (await client.post("/a", json={"a": 1})).json()["body"]

    assert asyncio.run(main()) == '{"a":1}'


def test_a_request_without_a_timeout_has_the_usual_one():
    transport = SyncTransport(apps.hello)

    response = transport.handle_request(httpx.Request("GET", "http://testserver/"))

    assert response.read() == b"hello"
    assert response.status_code == 200


def test_a_websocket_url_is_an_upgrade():
    with pytest.raises(Upgrade):
        SyncTransport(apps.echo_socket).handle_request(httpx.Request("GET", "ws://testserver/ws"))


def test_an_exception_while_a_stream_is_left_is_noted_on_the_tests_own():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await apps.read_body(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await receive()
        raise LookupError("on the way out")

    client = TestClient(app)
    with pytest.raises(ZeroDivisionError) as caught, client.stream("GET", "/"):
        _ = 1 / 0
    assert "LookupError('on the way out')" in "".join(caught.value.__notes__)

    with pytest.raises(LookupError, match="on the way out"), client.stream("GET", "/"):
        pass


def test_closing_a_response_twice_is_closing_it_once():
    with TestClient(apps.hello).stream("GET", "/") as response:
        response.read()
        response.close()
        response.close()

    assert response.is_closed


def test_an_exception_before_the_response_is_raised_by_the_long_path_as_well():
    error = LookupError("mine")

    async def app(scope, receive, send):
        raise error

    client = TestClient(app, auth=("user", "password"))
    with pytest.raises(LookupError) as caught:
        client.get("/")
    assert caught.value is error

    client._transport.raise_server_exceptions = False
    assert client.get("/").status_code == 500


def test_an_app_that_sends_nothing_gave_no_response():
    async def app(scope, receive, send):
        assert scope["type"] == "http"

    with pytest.raises(AssertionError, match=r"did not receive any response|ASGI-HTTP"):
        TestClient(app, auth=("user", "password"), validate="off").get("/")
    with pytest.raises(AssertionError, match=r"did not receive any response"):
        TestClient(app, validate="off").get("/")
