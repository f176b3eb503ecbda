"""A recorded conversation, played into a fresh exchange: the same messages lead to the same state and findings.

Depends on: exchange, http, lifespan, websocket, trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.http import HTTPExchange
from asgitest.testclient.asgi.lifespan import LifespanExchange
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.websocket import WebSocketExchange

if TYPE_CHECKING:
    from asgitest.testclient.asgi.exchange import Exchange
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Trace

__all__ = ["replay"]

_EXCHANGES: dict[str, type[HTTPExchange | WebSocketExchange | LifespanExchange]] = {
    "http": HTTPExchange,
    "websocket": WebSocketExchange,
    "lifespan": LifespanExchange,
}


def replay(trace: Trace, *, profile: Profile = UVICORN) -> Exchange:
    """Play a trace into a fresh exchange.

    Args:
        trace: All of a conversation: one that had to leave out messages in its middle cannot be played.
        profile: The server that it was recorded with.

    Raises:
        ValueError: If messages are missing.
    """
    if trace.omitted:
        raise ValueError(f"{trace.omitted} messages of this trace were not kept, so it cannot be played")
    exchange = _EXCHANGES[trace.scope["type"]](trace.scope, profile=profile)
    for _, mark, entry in trace.numbered():
        if mark == "->":
            exchange.app_received(entry)
        elif mark == "<-":
            exchange.app_sent(entry)
        else:
            _happen(exchange, str(entry))
    return exchange


def _happen(exchange: HTTPExchange | WebSocketExchange | LifespanExchange, event: str) -> None:
    """Let an event happen again that is no message; what the app returned or raised is known by name only."""
    if event == "the app returned":
        exchange.app_returned()
    elif event.startswith("the app raised "):
        exchange.app_raised(_error_named(event.removeprefix("the app raised ")))
    elif event == "the app calls receive again":
        exchange.app_asked()
    elif isinstance(exchange, HTTPExchange):
        exchange.client_disconnected()
    elif isinstance(exchange, WebSocketExchange):
        exchange.client_lost()


def _error_named(name: str) -> BaseException:
    """Make an exception of that name, which is all that is known of it."""
    base = Exception if name not in {"KeyboardInterrupt", "SystemExit"} else BaseException
    kind: Any = type(name, (base,), {})
    error: BaseException = kind()
    return error
