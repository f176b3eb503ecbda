"""What the adapters know of their frameworks."""

from __future__ import annotations

from typing import Any

from quart import Quart, websocket

from asgitest.conformance.adapters import find_adapter
from asgitest.conformance.execute import Executor
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.records import Request
from asgitest.conformance.target import target_of


def app_of_quart() -> Quart:
    app = Quart(__name__)

    @app.get("/items/<int:number>")
    async def item(number: int) -> str:
        return str({}[number])

    @app.websocket("/live")
    async def live() -> None:
        await websocket.send("hello")

    return app


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
