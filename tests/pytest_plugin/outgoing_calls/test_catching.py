"""Where calls are caught."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import aiohttp
import pytest
import requests

from asgitest.pytest_plugin.outgoing_calls.answering import Outgoing
from asgitest.pytest_plugin.outgoing_calls.catching import catching
from asgitest.testclient import TestClient
from asgitest.testclient.http_library import httpx as chosen

httpx: Any = pytest.importorskip("httpx", reason="the suite also runs where only httpx2 is installed")
URL = "https://partner.example/orders"


def send_httpx(method: str, url: str, **options: Any) -> tuple[int, Any]:
    response = httpx.request(method, url, **options)
    return response.status_code, response.json()


def send_chosen(method: str, url: str, **options: Any) -> tuple[int, Any]:
    response = chosen.request(method, url, **options)
    return response.status_code, response.json()


def send_async_httpx(method: str, url: str, **options: Any) -> tuple[int, Any]:
    async def send() -> tuple[int, Any]:
        async with httpx.AsyncClient() as client:
            response = await client.request(method, url, **options)
            return response.status_code, response.json()

    return asyncio.run(send())


def send_requests(method: str, url: str, **options: Any) -> tuple[int, Any]:
    response = requests.request(method, url, timeout=5, **options)
    return response.status_code, response.json()


def send_aiohttp(method: str, url: str, **options: Any) -> tuple[int, Any]:
    async def send() -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.request(method, url, **options) as response:
            return response.status, await response.json()

    return asyncio.run(send())


SENDERS = [send_httpx, send_chosen, send_async_httpx, send_requests, send_aiohttp]
sender = pytest.mark.parametrize("send", SENDERS)


@sender
def test_a_call_of_any_library_is_caught_answered_and_recorded(send: Any) -> None:
    outgoing = Outgoing()
    outgoing.answer(URL, status=201, json={"id": 7})

    with catching(outgoing):
        result = send("POST", f"{URL}?a=b", json={"n": 1}, headers={"X-Test": "yes"})

    assert result == (201, {"id": 7})
    (call,) = outgoing.calls
    assert (call.method, call.url, call.json(), call.header("x-test")) == ("POST", f"{URL}?a=b", {"n": 1}, "yes")
    assert call.library in {"httpx", "httpx2", "requests", "aiohttp"}


@sender
def test_each_library_gets_the_exceptions_it_knows(send: Any) -> None:
    outgoing = Outgoing()
    outgoing.answer("https://slow.example/", error="timeout")
    known = (httpx.TimeoutException, chosen.TimeoutException, requests.Timeout, aiohttp.ServerTimeoutError)
    unreachable = (httpx.ConnectError, chosen.ConnectError, requests.ConnectionError, aiohttp.ClientConnectionError)

    with catching(outgoing):
        with pytest.raises(known):
            send("GET", "https://slow.example/")
        with pytest.raises(unreachable, match=r"nobody answers GET https://unknown.example/"):
            send("GET", "https://unknown.example/")


@sender
def test_what_the_test_raises_comes_out(send: Any) -> None:
    outgoing = Outgoing()
    outgoing.answer(URL, error=KeyError("mine"))

    with catching(outgoing), pytest.raises((KeyError, aiohttp.ClientError), match="mine"):
        send("GET", URL)


@sender
def test_redirects_are_still_the_business_of_the_library(send: Any) -> None:
    outgoing = Outgoing()
    outgoing.answer("https://old.example/", status=307, headers={"location": URL})
    outgoing.answer(URL, json="moved")
    follow = {"follow_redirects": True} if "requests" not in send.__name__ and "aiohttp" not in send.__name__ else {}

    with catching(outgoing):
        assert send("GET", "https://old.example/", **follow) == (200, "moved")

    assert [call.url for call in outgoing.calls] == ["https://old.example/", URL]


def test_two_requests_share_a_connection_of_aiohttp() -> None:
    outgoing = Outgoing()
    outgoing.answer(URL, call=lambda _: len(outgoing.calls))

    async def send() -> list[Any]:
        async with aiohttp.ClientSession() as session:
            first = await (await session.post(URL, data=b"a" * 200_000)).json()
            return [first, await (await session.get(URL)).json()]

    with catching(outgoing):
        assert asyncio.run(send()) == [1, 2]

    assert len(outgoing.calls[0].content) == 200_000


@pytest.mark.parametrize("body", ["a", b"a", bytearray(b"a"), io.BytesIO(b"a"), iter([b"", "a"])])
def test_requests_may_send_a_body_of_any_kind(body: Any) -> None:
    outgoing = Outgoing()
    outgoing.answer(URL, json=1)

    with catching(outgoing):
        requests.post(URL, data=body, headers={"x": b"y"}, timeout=5)

    assert (outgoing.calls[0].content, outgoing.calls[0].header("x")) == (b"a", "y")


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_the_traffic_of_test_clients_is_not_caught() -> None:
    outgoing = Outgoing()

    with catching(outgoing):
        status = TestClient(app, base_url="https://partner.example").get("/").status_code

    assert (status, outgoing.calls) == (204, [])


@sender
def test_what_is_let_through_goes_to_the_network(send: Any) -> None:
    outgoing = Outgoing()
    outgoing.let_through("http://127.0.0.1:9")
    refused = (httpx.ConnectError, chosen.ConnectError, requests.ConnectionError, aiohttp.ClientConnectorError)

    with catching(outgoing), pytest.raises(refused) as caught:
        send("GET", "http://127.0.0.1:9/")

    assert "nobody answers" not in str(caught.value)


def test_everything_is_put_back() -> None:
    before = [httpx.HTTPTransport.handle_request, requests.adapters.HTTPAdapter.send]

    with catching(Outgoing()):
        assert httpx.HTTPTransport.handle_request is not before[0]

    assert [httpx.HTTPTransport.handle_request, requests.adapters.HTTPAdapter.send] == before
