"""What an app leaves as it was: the scope it was given, and the containers it has sent.

Source: ASGI, Middleware ("make a copy"), Events.
Depends on: findings, rules.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.asgi.rules import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Keeping"]

_CORE_KEYS = (
    "type",
    "method",
    "path",
    "root_path",
    "raw_path",
    "query_string",
    "scheme",
    "client",
    "server",
    "http_version",
)
_SOCKET_KEYS = tuple(key for key in _CORE_KEYS if key != "method")
# For each protocol its keys, and what gets the values of all of them at once: most apps leave them all as they were.
_KEYS: dict[Any, tuple[tuple[str, ...], Callable[[dict[str, Any]], tuple[Any, ...]]]] = {
    "http": (_CORE_KEYS, itemgetter(*_CORE_KEYS)),
    "websocket": (_SOCKET_KEYS, itemgetter(*_SOCKET_KEYS)),
    "lifespan": (("type",), lambda scope: (scope["type"],)),
}
_WARNED_KEYS = frozenset({"type", "method", "headers"})


class Keeping:
    """Shallow copies of what must not change, to compare with when the call has ended.

    Args:
        scope: As the app is given it.
    """

    __slots__ = ("_before", "_fields", "_keys", "_values", "sent")

    def __init__(self, scope: dict[str, Any]) -> None:
        self._keys, self._values = _KEYS.get(scope.get("type"), _KEYS["http"])
        try:
            self._before = self._values(scope)
        except KeyError:
            self._before = tuple(scope.get(key) for key in self._keys)
        fields: Any = scope.get("headers")
        self._fields: Any = fields[:] if class_of(fields) is list else None
        self.sent: list[tuple[str, Any, Any]] | None = None
        """What was sent first: a word for it, the container, and a copy."""

    def keep(self, word: str, sent: Any, before: Any) -> None:
        """Remember what a dict, list or bytearray holds now that it has been sent.

        Args:
            word: What it is, for the finding.
            sent: The container of the app.
            before: A copy of it.
        """
        if self.sent is None:
            self.sent = [(word, sent, before)]
        elif len(self.sent) < _KEPT:
            self.sent.append((word, sent, before))

    def compare(self, scope: dict[str, Any], problems: list[Problem]) -> None:
        """See what the app has changed of what the specification defines; keys of its own are its own business.

        Args:
            scope: As the app has left it.
            problems: Where to add what is wrong.
        """
        if not self._is_untouched(scope):
            problems += self._changes(scope)
        for word, sent, before in self.sent or ():
            if sent != before:
                detail = f"the {type(sent).__name__} of {word} was changed after it had been sent"
                problems.append(Problem("ASGI-MSG-010", detail, word))

    def _is_untouched(self, scope: dict[str, Any]) -> bool:
        """Whether everything is as it was, the usual case; where that cannot be told, `_changes` looks closer."""
        try:
            return bool(self._before == self._values(scope) and self._fields == scope.get("headers"))
        except Exception:  # noqa: BLE001 - values of the app may do anything when they are compared
            return False

    def _changes(self, scope: dict[str, Any]) -> Iterator[Problem]:
        for key, before in zip(self._keys, self._before, strict=True):
            after = scope.get(key)
            if before is not after and not _equal(before, after):
                yield _changed(key, before, after)
        # Starlette puts an equal list in the place of the headers; only other contents are a change.
        if self._fields is not None and not _equal(self._fields, scope.get("headers")):
            yield _changed("headers", self._fields, scope.get("headers"))


_KEPT = 16
"""How many containers are remembered; an app that changes later ones has changed one of these."""


def _equal(before: Any, after: Any) -> bool:
    """Whether two values are equal; values of an app may raise when they are compared, and are not equal then."""
    try:
        return bool(before == after)
    except Exception:  # noqa: BLE001 - whatever the app's values do
        return False


def _changed(key: str, before: Any, after: Any) -> Problem:
    """Say that a key of the scope was changed in place. To adapt a path on the way into a mount is common."""
    level = Level.WARNING if key in _WARNED_KEYS else Level.INFO
    if key == "path" and isinstance(before, str) and isinstance(after, str):
        kept = after.strip("/")
        adapted = before.strip("/").endswith(kept) or kept == "/".join(filter(None, before.split("/")))
        level = Level.INFO if adapted else Level.WARNING
    detail = f"the app changed scope[{key!r}] in place, from {show(before)} to {show(after)}"
    return Problem("ASGI-APP-004", detail, key, level)
