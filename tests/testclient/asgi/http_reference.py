"""The order rules of HTTP once more, written from the specification by hand, as facts instead of a table."""

from __future__ import annotations

from typing import Any

from tests.testclient.asgi.builders import body, start, trailers


class File:
    """A file that the system has opened."""

    def fileno(self) -> int:
        return 1


# What can happen, as the exchange is told of it: a word is a tuple of these keys.
EVENTS: dict[str, Any] = {
    "start": start(),
    "promise": start(trailers=True),
    "more": body(b"a", more_body=True),
    "more, with a note": body(b"a", more_body=True, note="not on the fast path"),
    "last": body(b"a"),
    "path": {"type": "http.response.pathsend", "path": "/srv/a.txt"},
    "copy": {"type": "http.response.zerocopysend", "file": File()},
    "trailer": trailers(more_trailers=True),
    "trailers": trailers(),
    "hint": {"type": "http.response.early_hint", "links": [b"</a>"]},
    "push": {"type": "http.response.push", "path": "/a", "headers": []},
    "debug": {"type": "http.response.debug", "info": {}},
    "left": None,
    "returned": None,
}


class Reference:
    """What has happened to a response so far."""

    def __init__(self) -> None:
        self.started = self.promised = self.content = self.by_path = self.final = self.trailed = False
        self.gone = self.debugged = self.ended = self.refused = False

    @property
    def complete(self) -> bool:
        return self.final and (self.trailed or not self.promised)

    @property
    def state(self) -> str:
        if self.gone:
            return "gone"
        if self.complete:
            return "filed" if self.by_path and not self.promised else "complete"
        if self.final:
            return "trailing"
        return "waiting" if not self.started else "streaming" if self.content else "started"

    def key(self) -> tuple[object, ...]:
        return tuple(vars(self).values())

    def happen(self, event: str) -> str | None:
        """Let *event* happen; return the rule it breaks."""
        if event == "left":
            self.gone = self.gone or not self.complete
            return None
        if event == "returned":
            return self.end()
        if self.ended:
            return self.refuse("APP-005")
        if self.gone:
            return None
        return getattr(self, f"on_{event}", self.on_content)(event)

    def refuse(self, rule: str) -> str:
        self.refused = True
        return rule

    def end(self) -> str | None:
        if self.ended:
            return None
        self.ended = True
        if self.gone or self.complete or self.refused:
            return None
        if self.final:
            return "EXT-006"
        if not self.started:
            return "HTTP-005"
        return "HTTP-004" if self.content else "HTTP-003"

    def on_start(self, event: str) -> str | None:
        if self.final:
            return self.refuse("HTTP-006")
        if self.started:
            return self.refuse("HTTP-002")
        self.started, self.promised = True, event == "promise"
        return None

    on_promise = on_start

    def on_content(self, event: str) -> str | None:
        if not self.started:
            return self.refuse("HTTP-001")
        if self.final:
            mixed = self.by_path and not self.promised
            return self.refuse("EXT-004" if mixed else "HTTP-006")
        if event == "path" and self.content:
            return self.refuse("EXT-004")
        self.content = True
        self.by_path = event == "path"
        self.final = not event.startswith("more")
        return None

    def on_trailers(self, event: str) -> str | None:
        if not self.final or not self.promised or self.trailed:
            return self.refuse("EXT-006")
        self.trailed = event == "trailers"
        return None

    on_trailer = on_trailers

    def on_hint(self, _: str) -> str | None:
        if self.final:
            return self.refuse("HTTP-006")
        return "EXT-005" if self.started else None

    def on_push(self, _: str) -> str | None:
        return None if self.started and not self.final else "EXT-002"

    def on_debug(self, _: str) -> str | None:
        late = self.started or self.debugged
        self.debugged = True
        return "EXT-007" if late else None
