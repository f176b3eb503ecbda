"""What was sent before a case and may have changed the app: needed to see again what depends on it.

Depends on: the records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.conformance.records import Exchange, Request

__all__ = ["History"]

_MOST = 120
_LARGEST_BODY = 1 << 14
_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_REFUSALS = range(400, 500)


@dataclass(slots=True)
class History:
    """Requests of one process that may have changed something.

    Args:
        creations: Sent at the beginning, and again after each restart.
        since: After the last restart.
        whole: After the start of the process; None when they were too many.
    """

    creations: tuple[Request, ...] = ()
    since: list[Request] = field(default_factory=list["Request"])
    whole: list[Request] | None = field(default_factory=list["Request"])

    def begin(self, creations: Sequence[Request]) -> None:
        """Note a start with what was created after it."""
        self.creations = tuple(creations)
        self.since = list(creations)
        if self.whole is not None:
            self.whole += creations

    def add(self, request: Request, exchange: Exchange) -> None:
        """Note a request, unless it changed nothing."""
        if request.method in _READING or exchange.status in _REFUSALS or len(request.body) > _LARGEST_BODY:
            return
        self.since.append(request)
        if self.whole is not None:
            self.whole.append(request)
            if len(self.whole) > _MOST:
                self.whole = None

    def lead(self) -> tuple[tuple[Request, ...], ...]:
        """What may have to be sent before the next request, from little to much."""
        choices = [self.creations, tuple(self.since), tuple(self.whole or ())]
        return tuple(dict.fromkeys(choice for choice in choices if choice))
