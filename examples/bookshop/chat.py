"""A chat room for each book club: WebSockets whose dependency says who may come in.

Guide: WebSockets.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Depends, Path, Query, WebSocket, WebSocketException
from pydantic import ValidationError

from examples.bookshop.lifespan import get_shop
from examples.bookshop.models import ChatMessage
from examples.bookshop.security import User, read_token
from examples.bookshop.settings import CurrentSettings

router = APIRouter(prefix="/clubs", tags=["clubs"])
SUBPROTOCOL = "bookshop.chat"


def check_origin(websocket: WebSocket, settings: CurrentSettings) -> None:
    """Refuse pages of other sites: a browser names the page's origin, other clients name none.

    Raises:
        WebSocketException: 1008, before the handshake ends, so the client gets an HTTP 403.
    """
    origin = websocket.headers.get("origin")
    if origin is not None and origin_host(origin) not in settings.allowed_hosts:
        raise WebSocketException(1008, "This origin may not connect")


def origin_host(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def get_member(
    settings: CurrentSettings,
    token: Annotated[str | None, Query()] = None,
    session: Annotated[str | None, Cookie()] = None,
) -> User:
    """Give the user of a token in the query or in a cookie: browsers cannot send an Authorization header here."""
    user = read_token(token or session or "", settings)
    if user is None:
        raise WebSocketException(1008, "A valid token is required")
    return user


async def next_text(websocket: WebSocket) -> str | None:
    """Give the next line, or None when the member has left.

    Raises:
        WebSocketException: 1003, if it is a binary frame; 1007, if it is no valid message.
    """
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text = message.get("text")
    if text is None:
        raise WebSocketException(1003, "Send text frames")
    try:
        return ChatMessage.model_validate_json(text).text
    except ValidationError as error:
        raise WebSocketException(1007, 'Send {"text": "..."}') from error


@router.websocket("/{club}/chat", dependencies=[Depends(check_origin)])
async def chat(
    websocket: WebSocket,
    club: Annotated[str, Path(pattern="^[a-z]{1,20}$")],
    member: Annotated[User, Depends(get_member)],
) -> None:
    """Say lines to everybody in the room of one club, and hear theirs."""
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
    rooms = get_shop(websocket).rooms
    rooms.join(club, websocket)
    try:
        await rooms.say(club, "shop", f"{member.name} is here")
        while (text := await next_text(websocket)) is not None:
            await rooms.say(club, member.name, text)
    finally:
        rooms.leave(club, websocket)
        await rooms.say(club, "shop", f"{member.name} has left")
