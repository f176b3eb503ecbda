"""Lines of examples that many rules share.

Depends on: rules.writing.
"""

from __future__ import annotations

from typing import Any

from asgitest.testclient.asgi.rules.writing import Source, http, message, startup

__all__ = [
    "ACCEPT",
    "BODY",
    "CLOSE",
    "HEADER",
    "LINE",
    "LIVED",
    "OK",
    "SHUT",
    "START",
    "UP",
    "accept",
    "answer",
    "body",
    "close",
    "extra",
    "field",
    "send",
    "start",
]


def start(**fields: Any) -> str:
    """The line that starts a response."""
    return message("http.response.start", **({"status": 200} | fields))


def body(**fields: Any) -> str:
    """The line that sends a body message."""
    return message("http.response.body", **fields)


def accept(**fields: Any) -> str:
    """The line that accepts a WebSocket."""
    return message("websocket.accept", **fields)


def send(**fields: Any) -> str:
    """The line that sends on a WebSocket."""
    return message("websocket.send", **fields)


def close(**fields: Any) -> str:
    """The line that closes a WebSocket."""
    return message("websocket.close", **fields)


START = start()
BODY = body(body=b"hello")
ACCEPT = accept()
LINE = send(text="hello")
CLOSE = close()
UP = message("lifespan.startup.complete")
SHUT = message("lifespan.shutdown.complete")
OK = http(START, BODY)
HEADER = (b"content-type", b"text/plain")


def answer(**fields: Any) -> Any:
    """An app that answers, with something about the start being as given."""
    return http(start(**fields), BODY)


def field(name: Any, value: Any, **scope: Any) -> Any:
    """An app that answers with one header field."""
    return http(start(headers=[(name, value)]), BODY, **scope)


def extra(value: str) -> Any:
    """An app that answers with a key of its own in a message."""
    return http(START, body(body=b"hello", note=Source(value)))


LIVED = startup(UP, "await receive()", SHUT)
