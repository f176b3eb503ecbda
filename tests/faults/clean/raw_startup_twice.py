"""A bare ASGI app that tells its server twice that it has started."""

from __future__ import annotations

from typing import Any


async def started(send: Any) -> None:
    await send({"type": "lifespan.startup.complete"})


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        message = await receive()
        if message["type"] == "lifespan.startup":
            await started(send)
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["type"] != "http":
        message = f"not served: {scope['type']}"
        raise RuntimeError(message)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
