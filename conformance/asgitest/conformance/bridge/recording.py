"""An app as Schemathesis shall see it: what a server would add to it, and its exceptions kept.

Depends on: the standard library.
"""

from __future__ import annotations

from typing import Any

__all__ = ["MARK", "RecordedApp"]

MARK = b"x-asgitest-exception"
"""Header of a 500 that stands for an exception; its value is the exception's number."""


_SERVER_ERROR = 500
_REFUSAL: tuple[dict[str, Any], ...] = (
    {"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain; charset=utf-8")]},
    {"type": "http.response.body", "body": b"Internal Server Error"},
)


class RecordedApp:
    """Answers 500 where the app raises, as a server does, and keeps the exception.

    Schemathesis takes an app for WSGI unless its ``__call__`` is a coroutine function, sends no ``asgi`` in the scope,
    and tells one exception as many errors. A framework sends its 500 before it raises, so answers of 5xx are held back
    until the app has ended.

    Args:
        app: The app.
        root_path: The prefix it is told it is served under.
    """

    def __init__(self, app: Any, *, root_path: str = "") -> None:
        self._app = app
        self._root_path = root_path
        self.exceptions: list[BaseException] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the app."""
        scope = {"asgi": {"version": "3.0", "spec_version": "2.4"}, **scope}
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._root_path:
            scope["root_path"] = self._root_path
        held: list[dict[str, Any]] = []
        started = False

        async def watched(message: Any) -> None:
            nonlocal started
            if held or (message["type"] == "http.response.start" and message["status"] >= _SERVER_ERROR):
                held.append(message)
                return
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            self.exceptions.append(error)
            if started:
                raise
            held = held or [*_REFUSAL]
            mark = (MARK, str(len(self.exceptions) - 1).encode())
            held[0] = {**held[0], "headers": [*held[0].get("headers", ()), mark]}
        for message in held:
            await send(message)
