"""How long one may go on waiting: until the deadline, or until it is certain that nothing will come.

Depends on: the sibling modules ``interface`` and ``quiescence``.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from asgitest.testclient.driver.outcome import Outcome
from asgitest.testclient.driver.quiescence import quiescent_outside

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Patience"]

SAMPLE_SECONDS = 0.02
SAMPLES = 10
LONGEST_NAP_SECONDS = 60.0


class Patience:
    """Watches one wait.

    Args:
        timeout: The limit in seconds, from now on; `None` for none.
        loop_is_idle: Whether nothing in the loop is ready, timed or watched. Asked between naps.
    """

    __slots__ = ("_deadline", "_loop_is_idle", "_quiet_samples", "_sampled", "outcome")

    def __init__(self, timeout: float | None, loop_is_idle: Callable[[], bool]) -> None:
        self._deadline = None if timeout is None else monotonic() + timeout
        self._loop_is_idle = loop_is_idle
        self._quiet_samples = 0
        self._sampled = 0.0
        self.outcome: Outcome | None = None

    def nap(self) -> float | None:
        """Say how long to sleep before asking again, in seconds, or `None` to give up; then `outcome` says why."""
        if self.expired():
            return None
        if not self._loop_is_idle():
            self._quiet_samples = 0
            return self._up_to(LONGEST_NAP_SECONDS)
        # Who was woken before the nap was over has had something to do: a worker may be between two of its jobs.
        now = monotonic()
        slept = now - self._sampled >= SAMPLE_SECONDS / 2
        self._sampled = now
        if self._quiet_samples == 0 or (slept and quiescent_outside()):
            self._quiet_samples += 1
        else:
            self._quiet_samples = 1
        if self._quiet_samples > SAMPLES:
            self.outcome = Outcome.DEADLOCK
            return None
        return self._up_to(SAMPLE_SECONDS)

    def expired(self) -> bool:
        """Whether the deadline has passed; if so, `outcome` says it too."""
        if self._deadline is not None and monotonic() >= self._deadline:
            self.outcome = Outcome.TIMED_OUT
            return True
        return False

    def _up_to(self, seconds: float) -> float:
        return seconds if self._deadline is None else max(0.0, min(seconds, self._deadline - monotonic()))
