"""An app with everything that a client of a real server may meet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, Request, WebSocket, WebSocketDisconnect
from starlette.responses import PlainTextResponse, RedirectResponse, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Boom(Exception):
    """What the app raises."""


def who() -> str:
    return "nobody"


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    app.state.starts = getattr(app.state, "starts", 0) + 1
    yield {"shop": "open"}


def make_app() -> FastAPI:
    """Build it."""
    app = FastAPI(lifespan=lifespan)

    @app.api_route("/echo", methods=["GET", "POST"])
    async def echo(request: Request, user: Annotated[str, Depends(who)]) -> dict[str, Any]:
        return {
            "url": str(request.url),
            "headers": sorted(request.headers),
            "body": (await request.body()).decode(),
            "shop": request.state.shop,
            "user": user,
        }

    @app.get("/boom")
    async def boom() -> None:
        raise Boom

    @app.get("/late-boom")
    async def late_boom() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            raise Boom

        return StreamingResponse(parts())

    @app.get("/moved")
    async def moved() -> RedirectResponse:
        response = RedirectResponse("http://testserver/echo")
        response.set_cookie("theme", "dark")
        return response

    @app.websocket("/chat")
    async def chat(websocket: WebSocket) -> None:
        query = websocket.query_params
        if "deny" in query:
            await websocket.send_denial_response(PlainTextResponse("not you", 401))
        elif "refuse" in query:
            await websocket.close(4003, "not now")
        elif "boom" in query:
            raise Boom
        else:
            await websocket.accept(
                "chat" if "chat" in websocket.scope["subprotocols"] else None, [(b"set-cookie", b"seen=yes")]
            )
            await talk(websocket)

    return app


async def talk(websocket: WebSocket) -> None:
    """Echo until the client leaves, or says what to do instead."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text == "bye":
                await websocket.close(4001, "done")
                return
            if text == "end":
                await websocket.close()
                return
            if text == "boom":
                raise Boom
            if text is None:
                await websocket.send_bytes(message["bytes"])
            else:
                await websocket.send_text(text)
