"""What is known of an app of Quart."""

from __future__ import annotations

from typing import Any

import pytest
from quart import Quart, websocket

from asgitest.conformance.adapters import find_adapter
from asgitest.testclient import TestClient


@pytest.fixture
def app() -> Quart:
    made = Quart(__name__)

    @made.get("/number")
    async def number() -> str:
        return str(int("one"))

    @made.websocket("/chat")
    async def chat() -> None:
        await websocket.accept()
        await websocket.send(str(int("two")))

    return made


def test_errors_are_seen_though_quart_answers_them_itself(app: Quart) -> None:
    seen: list[str] = []
    adapter = find_adapter(app.asgi_app)

    def note(error: BaseException, _scope: Any) -> None:
        seen.append(str(error).rpartition(": ")[2])

    with TestClient(app, raise_server_exceptions=False) as client:
        with adapter.observe_errors(app, note):
            status = client.get("/number").status_code
            with client.websocket_connect("/chat") as session:
                session.receive()
        client.get("/number")

    assert (adapter.name, status, seen) == ("quart", 500, ["'one'", "'two'"])
