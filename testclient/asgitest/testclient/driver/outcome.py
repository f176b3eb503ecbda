"""What a wait and a closing can come to.

Depends on: nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["NOTHING_LEFT", "LeakReport", "LeftTask", "Outcome"]


class Outcome(enum.Enum):
    """How a wait ended."""

    READY = "ready"
    TIMED_OUT = "timed out"
    DEADLOCK = "deadlock"
    """Nothing is ready, timed, watched or working: the signal can never be set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftTask:
    """A task that was still there when its loop was closed.

    Args:
        name: The name of the task.
        chain: Where it waited, outermost first, as `await_chain` describes it.
    """

    name: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """What a driver found left over when it was closed.

    Args:
        tasks: Tasks of the app that had not ended; they have been cancelled.
        stuck: Names of tasks and threads that did not end even then; they have been abandoned.
    """

    tasks: tuple[LeftTask, ...] = ()
    stuck: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was left."""
        return bool(self.tasks or self.stuck)


NOTHING_LEFT = LeakReport()
