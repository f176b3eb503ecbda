"""A bare ASGI app that answers its lifespan by hand."""

from __future__ import annotations

import asyncio
from typing import Any

SETTINGS = {"port": "80"}


async def run_lifespan(receive: Any, send: Any) -> None:
    await receive()
    if int(SETTINGS.get("workers", "1")) < 1:
        await send({"type": "lifespan.startup.failed", "message": "no workers"})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await run_lifespan(receive, send)
        return
    if scope["type"] != "http":
        message = f"not served: {scope['type']}"
        raise RuntimeError(message)
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
