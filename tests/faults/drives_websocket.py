"""One driving request for each fault of the family `websocket`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "litestar-text-frame": lambda h: h.session_messages("/chat", "{}")[-1].get("code") == 4500,
    "middleware-breaks-websocket": lambda h: h.session_raises("/feed"),
    "starlette-session-binary": lambda h: h.session_raises("/live", "no json"),
    "binary-frame-crashes": lambda h: h.session_raises("/echo", b"\x00"),
    "text-frame-crashes": lambda h: h.session_raises("/upload", "text"),
    "invalid-json-crashes": lambda h: h.session_raises("/commands", "{"),
    "missing-key-crashes": lambda h: h.session_raises("/questions", "{}"),
    "close-code-of-http": lambda h: h.session_messages("/private")[-1]["code"] == 401,
    "close-code-reserved": lambda h: h.session_messages("/busy")[-1]["code"] == 1005,
    "reason-too-long": lambda h: len(h.session_messages("/verbose")[-1]["reason"]) > 123,
    "accepted-twice": lambda h: h.session_raises("/rooms/1"),
    "sent-before-accept": lambda h: h.session_raises("/banners"),
    "closed-before-refused": lambda h: (
        [m["type"] for m in h.session_messages("/inbox")] == ["websocket.accept", "websocket.close"]
    ),
    "never-accepts": lambda h: h.session_messages("/queue") == [],
    "goes-on-after-leaving": lambda h: h.session_outlives_disconnect("/prices"),
    "sent-after-close": lambda h: h.session_raises("/goodbye"),
    "subprotocol-forced": lambda h: h.session_messages("/graphql")[0]["subprotocol"] == "graphql-ws",
    "leaves-without-close": lambda h: (
        [m["type"] for m in h.session_messages("/once")] == ["websocket.accept", "websocket.send"]
    ),
    "query-number-by-hand": lambda h: h.session_raises("/history?count=many"),
    "room-key-error": lambda h: h.session_raises("/channels/nope"),
    "any-origin": lambda h: (
        h.session_messages("/admin", headers={"cookie": "session=abc", "origin": "https://evil.example"})[0]["type"]
        == "websocket.accept"
    ),
    "number-in-message": lambda h: h.session_raises("/sums", "three"),
}
