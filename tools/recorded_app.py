"""The app that real servers serve while they are recorded: it writes down what it is given.

Ports and addresses are written as 0, so that two recordings are alike.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from typing import Any

AGAIN = 0.7
_PORT = re.compile(rb"127\.0\.0\.1:\d+")


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Receive until nothing comes any more, answer in between, and write it down."""
    messages: list[Any] = []
    name = scope["type"] + scope.get("path", "")[:5].rstrip("/") if scope["type"] == "http" else scope["type"]
    if scope["type"] == "websocket":
        name += scope["path"]
    note = {"name": name, "scope": plain(scope), "received": messages}
    try:
        await {"http": http, "websocket": websocket, "lifespan": lifespan}[scope["type"]](
            scope, receive, send, messages
        )
    finally:
        with open(os.environ["RECORD_TO"], "a", encoding="utf-8") as file:  # noqa: ASYNC230, PTH123 - a line each
            file.write(json.dumps(note) + "\n")


async def take(receive: Any, messages: list[Any], *, patience: float | None = None) -> Any:
    """Receive one message; ``None``, and a note, if none comes."""
    try:
        async with asyncio.timeout(patience):
            message = await receive()
    except TimeoutError:
        messages.append({"type": "waits"})
        return None
    messages.append(plain(message))
    return message


async def http(scope: Any, receive: Any, send: Any, messages: list[Any]) -> None:
    """Read the body, answer, and go on receiving."""
    while (message := await take(receive, messages)).get("more_body"):
        pass
    if message["type"] == "http.request":
        if scope["path"] != "/leave":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})
        await take(receive, messages)
    await take(receive, messages, patience=AGAIN)


async def websocket(_scope: Any, receive: Any, send: Any, messages: list[Any]) -> None:
    """Accept, receive until the client has left, and once more."""
    await take(receive, messages)
    await send({"type": "websocket.accept"})
    while (await take(receive, messages))["type"] == "websocket.receive":
        pass
    await take(receive, messages, patience=AGAIN)


async def lifespan(_scope: Any, receive: Any, send: Any, messages: list[Any]) -> None:
    """Answer startup and shutdown."""
    await take(receive, messages)
    await send({"type": "lifespan.startup.complete"})
    await take(receive, messages)
    await send({"type": "lifespan.shutdown.complete"})


def plain(value: Any) -> Any:
    """Write any value so that JSON can hold it and it can be read back."""
    if isinstance(value, bytes):
        return {"bytes": _PORT.sub(b"127.0.0.1:0", value).decode("latin-1")}
    if isinstance(value, dict):
        fixed = {
            key: [item[0], 0 if isinstance(item[1], int) else item[1] and "0"]
            for key, item in value.items()
            if key in {"client", "server"} and item
        }
        return {str(key): plain(fixed.get(key, item)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else type(value).__name__
