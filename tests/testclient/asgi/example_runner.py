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
    given = {"headers": [(b"host", b"testserver")]} if example.protocol != "lifespan" else {}
    scope = BUILDERS[example.protocol](**given)
    scope.update({key: dict(value) if isinstance(value, dict) else value for key, value in example.scope.items()})
    if "extensions" in scope:  # None takes one away from those that a client offers
        scope["extensions"] = {name: value for name, value in scope["extensions"].items() if value is not None}
    return scope


class Server:
    """Between an exchange and an app: gives it what the client does, and takes what it sends."""

    def __init__(self, example: Example) -> None:
        self.scope = scope_of(example)
        self.exchange: Any = EXCHANGES[example.protocol](self.scope)
        self.raises = "raise" in example.client
        self.events = [event for event in example.client if event != "raise"]
        if example.protocol == "http":
            self.exchange.client_sent(b"", more=False)
        if example.protocol == "lifespan":
            self.events = ["startup", "shutdown"]

    def call(self, app: Any) -> Any:
        """Call the app, in two steps if it is one of ASGI 2."""
        if isinstance(app, type):
            self.exchange.app_is_not("a callable in two steps, as in ASGI 2")
            return app(self.scope)(self.receive, self.send)
        return app(self.scope, self.receive, self.send)

    async def receive(self) -> Any:
        while (message := self.exchange.next_message()) is None:
            if not self.events:
                raise asyncio.CancelledError
            play(self.exchange, self.events.pop(0))
        return message

    async def send(self, *messages: Any, **named: Any) -> None:
        if named:
            self.exchange.app_sent_oddly(len(messages), named)
        gone = getattr(self.exchange, "disconnected", False)
        for message in (*messages, *named.values()):
            self.exchange.app_sent(message)
            if getattr(self.exchange, "file", None) is not None:
                self.exchange.file_sent(0)  # the examples send the null device
            if gone and self.raises:
                raise ConnectionResetError


async def converse(example: Example) -> Any:
    """Call the app of an example, with the client doing what the example says; return the exchange."""
    server = Server(example)
    try:
        server.exchange.app_returned(await server.call(load(example)))
    except BaseException as error:  # noqa: BLE001 - SystemExit is one of the examples
        server.exchange.app_raised(error)
    await asyncio.sleep(0)
    return server.exchange


def play(exchange: Any, event: str) -> None:
    """Let the client do one thing."""
    verb, _, detail = event.partition(":")
    if verb == "close":
        exchange.client_closed(int(detail))
    elif verb == "text":
        exchange.client_sent({"type": "websocket.receive", "text": detail})
    else:
        getattr(exchange, f"client_{verb}")()
