"""The order rules of the lifespan once more, written from the specification by hand, as facts instead of a table."""

from __future__ import annotations

from typing import Any

EVENTS: dict[str, Any] = {
    "startup": None,
    "shutdown": None,
    "up": {"type": "lifespan.startup.complete"},
    "startup failed": {"type": "lifespan.startup.failed", "message": "no"},
    "down": {"type": "lifespan.shutdown.complete"},
    "shutdown failed": {"type": "lifespan.shutdown.failed"},
    "returned": None,
    "raised": None,
}


class Reference:
    """What has happened to a lifespan so far."""

    def __init__(self) -> None:
        self.starting = self.up = self.failed = self.stopping = self.down = False
        self.unsupported = self.broken = self.ended = self.refused = self.says_so = False

    @property
    def state(self) -> str:
        for name in ("broken", "unsupported", "failed", "down", "stopping", "up", "starting"):
            if getattr(self, name):
                return name
        return "idle"

    def key(self) -> tuple[object, ...]:
        return tuple(vars(self).values())

    def happen(self, event: str) -> str | None:
        """Let *event* happen; return the rule it breaks."""
        if event in {"startup", "shutdown"}:
            if self.state not in {"up", "stopping"} and event == "startup":
                self.starting = True
            if self.state not in {"failed", "down"} and event == "shutdown":
                self.stopping = True
            return None
        if event in {"returned", "raised"}:
            return self.end(raised=event == "raised")
        if self.ended:
            return self.refuse("APP-005")
        return self.answer(*event.partition(" ")[::2])

    def refuse(self, rule: str) -> str:
        self.refused = rule != "LS-006" or self.refused
        return rule

    def answer(self, word: str, failed: str) -> str | None:
        if word in {"up", "startup"}:
            if self.state == "idle":
                return self.refuse("LS-002")
            if self.state != "starting":
                return self.refuse("LS-003")
            self.up, self.failed = not failed, bool(failed)
            return None
        if self.state == "failed":
            return self.refuse("LS-006")
        if self.state != "stopping":
            return self.refuse("LS-004")
        self.down = True
        return None

    def end(self, *, raised: bool) -> str | None:
        if self.ended:
            return None
        self.ended = True
        state = self.state
        if state in {"failed", "down"}:
            return None
        self.unsupported = state == "idle" and raised
        self.broken = not self.unsupported
        self.says_so = self.unsupported and not self.refused  # that it has no lifespan
        if self.refused or self.unsupported:
            return None
        silent = {"stopping": "LS-004", "up": "LS-009"}
        loud = {"stopping": "LS-004", "up": "LS-008", "starting": "LS-014"}
        return loud[state] if raised else silent.get(state, "LS-001")
