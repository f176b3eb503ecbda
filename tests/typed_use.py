"""What type checkers make of the code of users: `make types` checks this file, and nothing runs it."""

from __future__ import annotations

from typing import Any, assert_type

from asgitest.testclient import AsyncTestClient, Response, TestClient, WebSocketTestSession


def use(app: Any) -> None:
    with TestClient(app, profile="hypercorn", clock="virtual") as client:
        assert_type(client, TestClient)
        assert_type(client.get("/", params={"limit": 3}, headers={"x-a": "b"}), Response)
        assert_type(client.post("/", json={"name": "Ada"}), Response)
        assert_type(client.request("PATCH", "/", content=b"{}"), Response)
        with client.stream("GET", "/events") as response:
            assert_type(response, Response)
        with client.websocket_connect("/chat") as session:
            assert_type(session, WebSocketTestSession)
            assert_type(session.receive_text(), str)
        assert_type(client.get("/").asgi.exception, BaseException | None)
        client.get("/", nonsense=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def use_async(app: Any) -> None:
    async with AsyncTestClient(app) as client:
        assert_type(client, AsyncTestClient)
        assert_type(await client.get("/"), Response)
        assert_type(await client.put("/", data={"name": "Ada"}), Response)
        async with client.stream("GET", "/events") as response:
            assert_type(response, Response)
