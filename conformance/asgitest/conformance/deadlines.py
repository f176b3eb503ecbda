"""Deadlines that count the time an app could use: a machine that is busy with other things makes nothing hang.

A loop ticks while anything is awaited, and each tick adds to what that has had. Where nothing runs, the clock counts:
the app waits. Where the process works, or a tick comes late, its CPU seconds count: what else went by was spent by
others.

Depends on: the standard library.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Deadlines", "usable_seconds"]

_LONGEST_TICK = 0.25
_TICKS = 8
"""So many ticks at least go into the shortest deadline."""
_WORKING = 0.1
"""From this share of a tick on that was CPU time, the process is working and not waiting."""
_MOST = 5.0
"""How many times its seconds anything gets by the clock."""


class Timer(Protocol):
    """What a loop gives for a call later."""

    def cancel(self) -> None:
        """Do not call."""


class Timers(Protocol):
    """What is needed of a loop."""

    def call_later(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call *callback* after *delay* seconds."""
        ...


def usable_seconds(*, wall: float, cpu: float, tick: float) -> float:
    """How many of the seconds since the last tick an app could use.

    Args:
        wall: Seconds by the clock.
        cpu: CPU seconds of its process.
        tick: Seconds after which the tick was due.
    """
    if wall > 2 * tick:
        return min(wall, tick + cpu)
    return min(wall, cpu) if cpu >= _WORKING * wall else wall


@dataclass(slots=True)
class _Awaited:
    """Something that has a deadline."""

    seconds: float
    expired: Callable[[], object]
    usable: float = 0.0
    wall: float = 0.0
    ticked: bool = False


class Deadlines:
    """The deadlines of one loop.

    Args:
        timers: The loop.
        clock: Seconds by the clock.
        cpu_clock: CPU seconds of this process.
    """

    def __init__(
        self,
        timers: Timers,
        *,
        clock: Callable[[], float] = time.monotonic,
        cpu_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._timers = timers
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._awaited: dict[object, _Awaited] = {}
        self._timer: Timer | None = None
        self._tick_seconds = _LONGEST_TICK
        self._last = (0.0, 0.0)

    def add(self, key: object, seconds: float, expired: Callable[[], object]) -> None:
        """Begin to count.

        Args:
            key: Identifies what is awaited.
            seconds: What it may take.
            expired: Called once when it has taken that.
        """
        self._awaited[key] = _Awaited(seconds, expired)
        if self._timer is None or seconds < self._tick_seconds * _TICKS:
            self._arm(min(_LONGEST_TICK, seconds / _TICKS))

    def discard(self, key: object) -> None:
        """Stop counting: it has come, or nobody waits for it any more."""
        self._awaited.pop(key, None)

    def close(self) -> None:
        """Forget everything."""
        self._awaited.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, tick_seconds: float) -> None:
        """Let the next tick come."""
        if self._timer is not None:
            self._timer.cancel()
        self._tick_seconds = tick_seconds
        self._last = self._clock(), self._cpu_clock()
        self._timer = self._timers.call_later(tick_seconds, self._tick)

    def _tick(self) -> None:
        """Count, and call what is over."""
        self._timer = None
        wall, cpu = self._clock() - self._last[0], self._cpu_clock() - self._last[1]
        usable = usable_seconds(wall=wall, cpu=cpu, tick=self._tick_seconds)
        for key, one in list(self._awaited.items()):
            if not one.ticked:
                # It has begun somewhere within this tick.
                one.ticked = True
                continue
            one.usable += usable
            one.wall += min(wall, 4 * self._tick_seconds)
            if one.usable >= one.seconds or one.wall >= _MOST * one.seconds:
                self.discard(key)
                one.expired()
        if self._awaited and self._timer is None:
            self._arm(min(_LONGEST_TICK, *(one.seconds / _TICKS for one in self._awaited.values())))
