"""The order rules of WebSockets once more, written from the specification by hand, as facts instead of a table."""

from __future__ import annotations

from typing import Any

EVENTS: dict[str, Any] = {
    "receive": None,
    "accept": {"type": "websocket.accept"},
    "send": {"type": "websocket.send", "text": "a"},
    "send, with a note": {"type": "websocket.send", "text": "a", "note": "not on the fast path"},
    "close": {"type": "websocket.close"},
    "deny": {"type": "websocket.http.response.start", "status": 401},
    "deny more": {"type": "websocket.http.response.body", "body": b"n", "more_body": True},
    "deny last": {"type": "websocket.http.response.body", "body": b"o"},
    "left": None,
    "returned": None,
}


class Reference:
    """What has happened to a WebSocket so far."""

    def __init__(self) -> None:
        self.asked = self.accepted = self.closed = self.denying = self.denied = self.gone = False
        self.ended = self.refused = False

    @property
    def answered(self) -> bool:
        return self.accepted or self.closed or self.denying

    @property
    def state(self) -> str:
        if self.gone:
            return "gone"
        if self.denying:
            return "denied" if self.denied else "being denied"
        if self.closed:
            return "closed" if self.accepted else "refused"
        if self.accepted:
            return "open"
        return "in its handshake" if self.asked else "connecting"

    def key(self) -> tuple[object, ...]:
        return tuple(vars(self).values())

    def happen(self, event: str) -> str | None:
        """Let *event* happen; return the rule it breaks."""
        if event == "receive":
            self.asked = True
            return None
        if event == "left":
            self.gone = self.gone or not (self.closed or self.denied)
            return None
        if event == "returned":
            return self.end()
        if self.ended:
            return self.refuse("APP-005")
        if self.gone:
            return None
        return getattr(self, "on_" + event.split(",", maxsplit=1)[0].replace(" ", "_"))()

    def refuse(self, rule: str) -> str:
        self.refused = True
        return rule

    def end(self) -> str | None:
        if self.ended:
            return None
        self.ended = True
        if self.gone or self.refused or self.closed or self.denied:
            return None
        if self.denying:
            return "WS-019"
        return "WS-014" if self.accepted else "WS-001"

    def on_accept(self) -> str | None:
        if self.closed or self.denying:
            return self.refuse("WS-020")
        if self.accepted:
            return self.refuse("WS-004")
        self.accepted = True
        return None if self.asked else "WS-002"

    def on_send(self) -> str | None:
        if self.denying:
            return self.refuse("EXT-008")
        if self.closed:
            return self.refuse("WS-005")
        return None if self.accepted else self.refuse("WS-003")

    def on_close(self) -> str | None:
        if self.denying:
            return self.refuse("EXT-008")
        if self.closed:
            return "WS-013"
        self.closed = True
        return None

    def on_deny(self) -> str | None:
        if self.accepted or self.closed:
            return self.refuse("EXT-008")
        if self.denying:
            return self.refuse("WS-019")
        self.denying = True
        return None

    def on_deny_more(self) -> str | None:
        if self.accepted or self.closed:
            return self.refuse("EXT-008")
        return None if self.denying and not self.denied else self.refuse("WS-019")

    def on_deny_last(self) -> str | None:
        broken = self.on_deny_more()
        self.denied = self.denied or broken is None
        return broken
