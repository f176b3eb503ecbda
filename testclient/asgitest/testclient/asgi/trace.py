"""The record of one conversation: which messages went which way, and what happened between them.

A long conversation keeps its first and its last messages and counts those between, so that a stream does not stay in
memory.

Depends on: findings.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Literal

from asgitest.testclient.asgi.findings import show
from asgitest.testclient.asgi.kinds import class_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Mark", "Message", "Trace"]

Message = dict[str, Any]
"""One event of ASGI; ``type`` says which."""

Mark = Literal["->", "<-", "--"]
"""To the app, from the app, or something that is no message."""

_KEPT_FIRST = 32
_KEPT_LAST = 32
Entry = tuple[Mark, Any]


class Trace:
    """The messages of one conversation, in their order.

    Args:
        scope: What the app was called with, for whoever replays it.
    """

    __slots__ = ("_first", "_last", "count", "scope")

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope
        self.count = 0
        self._first: list[Entry] = []
        self._last: deque[Entry] | None = None  # made when needed: few conversations are that long

    def add(self, mark: Mark, entry: Any) -> None:
        """Add a message, or an event that is no message, at the end."""
        self.count += 1
        if self.count <= _KEPT_FIRST:
            self._first.append((mark, entry))
            return
        if self._last is None:
            self._last = deque(maxlen=_KEPT_LAST)
        self._last.append((mark, entry))

    def add_chunks(self, chunks: Sequence[bytes]) -> None:
        """Add the messages that brought chunks of a body, more of which was to follow.

        Args:
            chunks: Their bodies.
        """
        middle = max(_KEPT_FIRST, len(chunks) - _KEPT_LAST)
        for chunk in chunks[:_KEPT_FIRST]:
            self.add("<-", {"type": "http.response.body", "body": chunk, "more_body": True})
        self.count += middle - _KEPT_FIRST  # those between are not kept, wherever the conversation is
        for chunk in chunks[middle:]:
            self.add("<-", {"type": "http.response.body", "body": chunk, "more_body": True})

    @property
    def omitted(self) -> int:
        """How many entries between the first and the last are counted but not kept."""
        return self.count - len(self._first) - len(self._last or ())

    def numbered(self) -> Iterator[tuple[int, Mark, Any]]:
        """Yield ``(number, mark, entry)`` for each entry that was kept."""
        yield from ((number, *entry) for number, entry in enumerate(self._first, 1))
        last = self._last or ()
        yield from ((number, *entry) for number, entry in enumerate(last, self.count - len(last) + 1))

    @property
    def messages(self) -> list[Message]:
        """The messages that were kept, in both directions."""
        return [
            entry if issubclass(class_of(entry), dict) else {"type": show(entry)}
            for _, mark, entry in self.numbered()
            if mark != "--"
        ]

    def render(self, last: int | None = None, broken: int | None = None) -> str:
        """Write the conversation down, one line for each message.

        Args:
            last: How many lines at most, from the end; all that are kept if not given.
            broken: Number of the message to point at.

        Returns:
            Lines without a final newline; empty if nothing was said.
        """
        entries = list(self.numbered())
        if last is not None:
            entries = entries[-last:] if last else []
        lines: list[str] = []
        previous = 0
        for number, mark, entry in entries:
            if lines and number != previous + 1:
                lines.append(f"  ... {number - previous - 1} more ...")
            previous = number
            lines.append(_line(number, mark, entry) + ("          broken here" if number == broken else ""))
        return "\n".join(lines)


def _line(number: int, mark: Mark, entry: Any) -> str:
    kind: Any = entry.get("type") if class_of(entry) is dict else None
    if not issubclass(class_of(kind), str):
        return f"  #{number} {mark} {show(entry) if mark != '--' else entry}"
    try:
        summary = _summary(entry)
    except Exception:  # noqa: BLE001 - values of the app may do anything when they are looked at
        summary = "(it cannot be shown)"
    return f"  #{number} {mark} {kind:<20}  {summary}".rstrip()


def _summary(message: Message) -> str:
    parts: list[str] = []
    if "status" in message:
        parts.append(show(message["status"]))
    for key, more in (("body", "more_body"), ("bytes", ""), ("text", "")):
        value = message.get(key)
        if isinstance(value, bytes | bytearray | str):
            parts.append(f"{len(value)} {'characters' if isinstance(value, str) else 'bytes'}")
        if more and more in message:
            parts.append("more" if message[more] else "last")
    parts += [
        f"{key} {show(message[key])}"
        for key in ("code", "reason", "message", "path", "subprotocol")
        if message.get(key)
    ]
    return ", ".join(parts)
