"""Breaks into code of an app that blocks the loop, where the thread that waits for it is the one that runs it.

A deadline is looked at between two callbacks of the loop; one that sleeps without awaiting, or never ends, lets nobody
look. So the main thread borrows the timer of the process, unless somebody else uses it, and what it rings for is raised
in the callback, at the line that blocks. Other threads cannot be broken into.

Setting the timer costs more than many a request. So it is left running when a wait is over, and only rings for nothing,
or is set again for the wait that has begun since: once for each timeout, not once for each wait.

Source: the module ``signal`` of the standard library.
Depends on: asyncio, and the sibling module ``private_asyncio``.
"""

from __future__ import annotations

import asyncio
import atexit
import signal
import threading
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from asgitest.testclient.driver.private_asyncio import begin_inner_task, begin_task

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["LoopBlocked", "arm", "disarm"]

LATER_SECONDS = 0.5
"""How much later than the deadline it rings: a loop that turns has seen the deadline by then."""
AGAIN_SECONDS = 1.0
"""Until it rings again, for code that catches everything, or that was elsewhere the first time."""
ROUNDING_SECONDS = 0.1

_MAIN = threading.main_thread().ident
_HAS_TIMER = hasattr(signal, "setitimer")
# A callback of the loop runs inside one of these.
_CALLBACKS = frozenset({asyncio.Handle._run.__code__, begin_task.__code__, begin_inner_task.__code__})  # noqa: SLF001
# Innermost in one of these, the loop goes on by itself.
_TURNING = frozenset({"asgitest", "asyncio", "selectors"})
# Somebody looks at the app there, and takes the time for it.
_DEBUGGERS = frozenset({"bdb", "pdb", "pydevd", "_pydevd_bundle", "debugpy"})


class LoopBlocked(BaseException):
    """Raised where a callback blocks the loop for longer than the deadline. No ``except Exception`` keeps it."""


class _Alarm:
    """The timer of the process, while it is ours. Times are those of the monotonic clock, `inf` for never."""

    __slots__ = ("limit", "rings_at")

    def __init__(self) -> None:
        self.limit = inf
        self.rings_at = inf

    def set(self, seconds: float) -> bool:
        """Set the timer; tell whether it was free."""
        handler = signal.getsignal(signal.SIGALRM)
        if handler != self.ring:
            if handler is not signal.SIG_DFL:
                return False
            self.rings_at = inf
            signal.signal(signal.SIGALRM, self.ring)
            atexit.register(self.stop)
        before = signal.setitimer(signal.ITIMER_REAL, seconds)
        if before[0] and self.rings_at == inf:
            signal.setitimer(signal.ITIMER_REAL, *before)
            return False
        self.rings_at = monotonic() + seconds
        return True

    def stop(self) -> None:
        """Stop the timer, if it is ours: it would kill the process once the interpreter has taken its handlers back."""
        atexit.unregister(self.stop)
        if signal.getsignal(signal.SIGALRM) == self.ring:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def ring(self, number: int, frame: FrameType | None) -> None:
        """Raise in a callback that blocks the loop; leave to others what they have set the timer for."""
        now, limit = monotonic(), self.limit
        if self.rings_at > now + ROUNDING_SECONDS:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.rings_at = inf
        if limit == inf:
            return
        self.set(limit - now if limit > now else AGAIN_SECONDS)
        if limit <= now and _is_blocked(frame):
            raise LoopBlocked


_alarm = _Alarm()


def arm(timeout: float | None) -> bool:
    """Set the alarm, unless there is no timeout, this is not the main thread, or somebody else uses the timer.

    Args:
        timeout: In seconds, of the wait that begins.

    Returns:
        Whether it was set; then it has to be disarmed.
    """
    if timeout is None or not _HAS_TIMER or threading.get_ident() != _MAIN:
        return False
    alarm = _alarm
    now = monotonic()
    limit = now + timeout + LATER_SECONDS
    # One that should have rung has been stopped by somebody.
    runs = now - ROUNDING_SECONDS < alarm.rings_at <= limit
    if not runs and not alarm.set(limit - now):
        return False
    alarm.limit = limit
    return True


def disarm() -> None:
    """Let the alarm ring for nothing."""
    _alarm.limit = inf


def _is_blocked(frame: FrameType | None) -> bool:
    """Whether code of an app is innermost, inside a callback of the loop, and no debugger has stopped it there."""
    if frame is None or _package(frame) in _TURNING:
        return False
    outer: FrameType | None = frame
    while outer is not None and outer.f_code not in _CALLBACKS:
        if _package(outer) in _DEBUGGERS:
            return False
        outer = outer.f_back
    return outer is not None


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]
