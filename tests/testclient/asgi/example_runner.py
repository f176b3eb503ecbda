"""Runs the example of a rule: the app it defines, against an exchange, on a loop of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import (
    HTTPExchange,
    LifespanExchange,
    WebSocketExchange,
    build_http_scope,
    build_lifespan_scope,
    build_websocket_scope,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.testclient.asgi import Example, Scope

BUILDERS: dict[str, Callable[..., Scope]] = {
    "http": build_http_scope,
    "websocket": build_websocket_scope,
    "lifespan": build_lifespan_scope,
}
EXCHANGES = {"http": HTTPExchange, "websocket": WebSocketExchange, "lifespan": LifespanExchange}


def load(example: Example) -> Any:
    """The app that an example defines."""
    namespace: dict[str, Any] = {}
    exec(compile(example.source, "<example>", "exec"), namespace)  # noqa: S102 - the examples are ours
    return namespace["app"]


def scope_of(example: Example) -> Scope:
    scope = BUILDERS[example.protocol]()
    scope.update({key: dict(value) if isinstance(value, dict) else value for key, value in example.scope.items()})
    return scope


async def converse(example: Example) -> Any:
    """Call the app of an example, with the client doing what the example says; return the exchange."""
    scope = scope_of(example)
    exchange: Any = EXCHANGES[example.protocol](scope)
    events = list(example.client)
    if example.protocol == "http":
        exchange.client_sent(b"", more=False)
    if example.protocol == "lifespan":
        events = ["startup", "shutdown"]

    async def receive() -> Any:
        while (message := exchange.next_message()) is None:
            if not events:
                raise asyncio.CancelledError
            play(exchange, events.pop(0))
        return message

    async def send(*messages: Any, **named: Any) -> None:
        if named:
            exchange.app_sent_oddly(len(messages), named)
        for message in (*messages, *named.values()):
            exchange.app_sent(message)

    try:
        exchange.app_returned(await load(example)(scope, receive, send))
    except BaseException as error:  # noqa: BLE001 - SystemExit is one of the examples
        exchange.app_raised(error)
    await asyncio.sleep(0)
    return exchange


def play(exchange: Any, event: str) -> None:
    """Let the client do one thing."""
    verb, _, detail = event.partition(":")
    if verb == "close":
        exchange.client_closed(int(detail))
    elif verb == "text":
        exchange.client_sent({"type": "websocket.receive", "text": detail})
    else:
        getattr(exchange, f"client_{verb}")()
