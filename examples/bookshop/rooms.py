"""Chat rooms: who is in which, and how a line reaches everybody there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fastapi import WebSocketDisconnect

if TYPE_CHECKING:
    from fastapi import WebSocket


class Rooms:
    """The connections of all rooms."""

    def __init__(self) -> None:
        self._members: defaultdict[str, list[WebSocket]] = defaultdict(list)

    def join(self, room: str, member: WebSocket) -> None:
        self._members[room].append(member)

    def leave(self, room: str, member: WebSocket) -> None:
        self._members[room].remove(member)
        if not self._members[room]:
            del self._members[room]

    def size(self, room: str) -> int:
        return len(self._members.get(room, ()))

    async def say(self, room: str, author: str, text: str) -> None:
        """Send one line to everybody in *room*. Whoever has just gone does not keep it from the others."""
        for member in list(self._members.get(room, ())):
            try:
                await member.send_json({"author": author, "text": text})
            except (WebSocketDisconnect, RuntimeError):
                continue  # their own task notices and leaves the room
