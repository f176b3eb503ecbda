"""Breaks into code of an app that blocks the loop, where the thread that waits for it is the one that runs it.

A deadline is looked at between two callbacks of the loop; one that sleeps without awaiting, or never ends, lets nobody
look. So the main thread sets the timer of the process a little later than the deadline, if nobody else uses it, and what
it rings for is raised in the callback, at the line that blocks. Other threads cannot be broken into.

Source: the modules ``signal`` of the standard library, and ``setitimer(2)``.
Depends on: asyncio, and the sibling module ``private_asyncio``.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from asgitest.testclient.driver.private_asyncio import begin_inner_task, begin_task

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["LoopBlocked", "arm", "disarm"]

LATER_SECONDS = 0.5
"""How much later than the deadline it rings: a loop that turns has seen the deadline by then."""
AGAIN_SECONDS = 1.0
"""Until it rings again, for code that catches everything, or that was elsewhere the first time."""

_MAIN = threading.main_thread()
_HAS_TIMER = hasattr(signal, "setitimer")
# A callback of the loop runs inside one of these.
_CALLBACKS = frozenset({asyncio.Handle._run.__code__, begin_task.__code__, begin_inner_task.__code__})  # noqa: SLF001
# Innermost in one of these, the loop goes on by itself.
_OURS = frozenset({"asgitest", "asyncio", "selectors"})


class LoopBlocked(BaseException):
    """Raised where a callback blocks the loop for longer than the deadline. No ``except Exception`` keeps it."""


def arm(timeout: float | None) -> bool:
    """Set the alarm, unless this is not the main thread, there is no timeout, or somebody else uses the timer.

    Args:
        timeout: In seconds, of the wait that begins.

    Returns:
        Whether it was set; then it has to be disarmed.
    """
    if timeout is None or not _HAS_TIMER or threading.get_ident() != _MAIN.ident:
        return False
    if signal.setitimer(signal.ITIMER_REAL, timeout + LATER_SECONDS, AGAIN_SECONDS)[0]:
        return False
    return True


def disarm() -> None:
    """Take the alarm back."""
    signal.setitimer(signal.ITIMER_REAL, 0)
