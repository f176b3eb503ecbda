"""What apps do with WebSockets, the same on every driver."""

from __future__ import annotations

import asyncio

import anyio
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from asgitest.testclient import WebSocketDisconnect
from tests.testclient.behaviours.hosts import HOSTS, SYNCHRONOUS

every_host = pytest.mark.parametrize("host", HOSTS, ids=str)


async def echo(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"echo {text}")


async def push(websocket):
    await websocket.accept()
    for number in range(3):
        await anyio.sleep(0.001)
        await websocket.send_json({"number": number})
    await websocket.close(4001, "enough")


def room():
    """A chat: what one sends, all receive."""
    members = []

    async def chat(websocket):
        await websocket.accept()
        members.append(websocket)
        try:
            async for text in websocket.iter_text():
                for member in members:
                    await member.send_text(text)
        finally:
            members.remove(websocket)

    return chat


def app():
    routes = [WebSocketRoute("/echo", echo), WebSocketRoute("/push", push), WebSocketRoute("/room", room())]
    return Starlette(routes=routes)


@every_host
def test_what_is_sent_comes_back(host):
    with host.client(app()) as client, client.websocket_connect("/echo") as websocket:
        websocket.send_text("a")
        first = websocket.receive_text()
        websocket.send_text("b")

        assert (first, websocket.receive_text()) == ("echo a", "echo b")


@every_host
def test_what_the_app_pushes_arrives_without_asking(host):
    with host.client(app()) as client, client.websocket_connect("/push") as websocket:
        assert [websocket.receive_json()["number"] for _ in range(3)] == [0, 1, 2]


@every_host
def test_a_close_of_the_app_carries_code_and_reason(host):
    with host.client(app()) as client, client.websocket_connect("/push") as websocket:
        for _ in range(3):
            websocket.receive_json()
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive_json()

    assert (caught.value.code, caught.value.reason) == (4001, "enough")


@every_host
def test_two_sessions_at_once_hear_each_other(host):
    with (
        host.client(app()) as client,
        client.websocket_connect("/room") as first,
        client.websocket_connect("/room") as second,
    ):
        first.send_text("hi")

        assert (first.receive_text(), second.receive_text()) == ("hi", "hi")


@every_host
def test_a_send_has_its_effect_before_the_next_line_of_the_test(host):
    """Between send and the next request the app has had its turn, also if nobody receives."""
    seen = []

    async def record(websocket):
        await websocket.accept()
        seen.append(await websocket.receive_text())
        await websocket.receive()

    recording = Starlette(routes=[WebSocketRoute("/", record)])
    with host.client(recording) as client, client.websocket_connect("/") as websocket:
        websocket.send_text("noted")

        assert seen == ["noted"]


@pytest.mark.parametrize("host", SYNCHRONOUS, ids=str)
def test_a_session_works_inside_an_async_test(host):
    async def test():
        with host.client(app()) as client, client.websocket_connect("/echo") as websocket:
            websocket.send_text("a")
            return websocket.receive_text()

    assert asyncio.run(test()) == "echo a"
