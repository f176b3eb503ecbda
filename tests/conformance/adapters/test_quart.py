"""What is known of an app of Quart."""

from __future__ import annotations

from typing import Any

import pytest
from quart import Quart, websocket

from asgitest.conformance.adapters import find_adapter
from asgitest.conformance.execute import Executor
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.records import Request
from asgitest.conformance.target import target_of
from asgitest.testclient import TestClient


def app_of_quart() -> Quart:
    app = Quart(__name__)

    @app.get("/items/<int:number>")
    async def item(number: int) -> str:
        return str({}[number])

    @app.websocket("/live")
    async def live() -> None:
        await websocket.send("hello")

    return app


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


def test_routes_of_quart_are_operations() -> None:
    """Converters give the type; the static files are none of the app's routes."""
    inventory = build_inventory(target_of(app_of_quart()))

    (item,) = inventory.operations
    assert (item.label, item.parameters[0].schema["type"]) == ("GET /items/{number}", "integer")
    assert [route.label for route in inventory.websockets] == ["WS /live"]


def test_exceptions_that_quart_answers_for_are_observed() -> None:
    """They never leave the app."""
    app, seen = app_of_quart(), list[BaseException]()

    def note(error: BaseException, _scope: Any) -> None:
        seen.append(error)

    with find_adapter(app).observe_errors(app, note), Executor(app) as executor:
        exchange = executor.run(executor.http(Request(method="GET", target=b"/items/1")))

    assert exchange.status == 500
    assert [type(error) for error in seen] == [KeyError]
