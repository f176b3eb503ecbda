"""How long a process has been in its case, not counting what a busy machine kept from it.

A process that waits spends time by the clock. One that could run spends the CPU seconds it was given. Where the system
tells neither, the clock counts.

Source: proc(5), ``/proc/PID/stat``. Depends on: the standard library.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Patience", "Processor", "look_at"]

_MOST_TURNS = 4
"""A longer time between two looks is one in which the parent itself was kept from running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What a process has had of the processor.

    Args:
        cpu_seconds: So far.
        wants: Whether it would run if it could.
    """

    cpu_seconds: float
    wants: bool


def look_at(pid: int) -> Processor | None:
    """Ask the system about a process; None where it does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  one line of a pseudo file, ten times a second
            fields = file.read().rpartition(b")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None
    return Processor(cpu_seconds=(int(fields[11]) + int(fields[12])) / ticks, wants=fields[0] == b"R")


class Patience:
    """Counts what the process of a slot has spent on its case.

    Args:
        turn_seconds: How often it is asked, about.
        clock: Seconds by the clock.
        look: Asks about a process.
    """

    def __init__(
        self,
        *,
        turn_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        look: Callable[[int], Processor | None] = look_at,
    ) -> None:
        self._most = turn_seconds * _MOST_TURNS
        self._clock = clock
        self._look = look
        self._case: tuple[int, float] = (0, 0.0)
        self._spent = 0.0
        self._last = 0.0
        self._cpu = 0.0

    def spent(self, pid: int, started: float) -> float:
        """Return the seconds spent on the case so far.

        Args:
            pid: Of the process.
            started: When the case began, which also tells it from others; 0 between cases.
        """
        if not started:
            return 0.0
        now, processor = self._clock(), self._look(pid)
        cpu = processor.cpu_seconds if processor is not None else 0.0
        if self._case != (pid, started):
            self._case = pid, started
            self._spent = 0.0
        else:
            wall = min(now - self._last, self._most)
            self._spent += min(wall, cpu - self._cpu) if processor is not None and processor.wants else wall
        self._last, self._cpu = now, cpu
        return self._spent
