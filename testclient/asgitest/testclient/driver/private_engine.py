"""Steps a loop one turn at a time with asyncio's private names: the fastest way, and the default.

Depends on: the sibling modules ``engine`` and ``private_asyncio``.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, cast

from asgitest.testclient.driver.engine import FIRST_TURNS, LOOK_AT_CLOCK_EVERY, TURNS, Engine
from asgitest.testclient.driver.private_asyncio import LoopInternals, begin_task, run_until_complete_cb

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from contextvars import Context

    from asgitest.testclient.driver.driven_loop import DrivenLoop
    from asgitest.testclient.driver.patience import Patience
    from asgitest.testclient.driver.signals import Signal
    from asgitest.testclient.driver.tasks import Task

__all__ = ["PrivateEngine"]

LOOK_AROUND_EVERY = 16
"""While callbacks are always ready, every so many turns one looks at timers and file descriptors as well."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class PrivateEngine(Engine):
    """Steps a loop with ``_run_once``.

    Args:
        loop: The loop to step.
    """

    def __init__(self, loop: DrivenLoop) -> None:
        super().__init__(loop)
        self._internals = internals = LoopInternals(loop)
        self._ready = internals.ready
        self._next_timer = internals.next_timer
        self._selector = loop.selector
        self._enter = internals.enter
        self._leave = internals.leave

    def begin(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task*, and run turns as long as callbacks are ready, up to a bound."""
        self._enter()
        try:
            inner = begin_task(self.loop, task.run(), name=name, context=context)
            if not task.is_done:
                task.stop = inner.cancel
                task.counted_by = self.loop
                self.loop.tasks_open += 1
            if self._ready:
                self._turns(TURNS if task.is_done else FIRST_TURNS)
        finally:
            self._leave()

    def begin_inside(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task* from a callback of the loop."""
        inner = self.loop.create_task(task.run(), name=name, context=context)
        inner.add_done_callback(task.ended)
        task.stop = inner.cancel

    def call(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Call *function* as if from a callback of the loop, then run ready callbacks, up to a bound."""
        self._enter()
        try:
            value = function(*args)
            if self._ready:
                self._turns(TURNS)
            return value
        finally:
            self._leave()

    def idle_turns(self) -> None:
        """Run what is due, up to a bound, without sleeping."""
        self._enter()
        try:
            self.loop.selector.nap = 0.0
            self._internals.run_once()
            self._turns(TURNS)
        finally:
            self._leave()

    def _turns(self, most: int) -> None:
        ready, internals = self._ready, self._internals
        while ready and most:
            if most % LOOK_AROUND_EVERY == 1:
                internals.run_once()
            else:
                internals.run_ready()
            most -= 1

    def drive(self, signal: Signal, patience: Patience) -> None:
        """Run the loop until *signal* is set or *patience* is at its end."""
        ready, internals, selector = self._ready, self._internals, self._selector
        turns = 0
        self._enter()
        try:
            while not signal.is_set():
                turns += 1
                if not ready:
                    nap = patience.nap()
                    if nap is None:
                        return
                    selector.nap = nap
                elif turns % LOOK_AROUND_EVERY:
                    internals.run_ready()
                    continue
                elif not turns % LOOK_AT_CLOCK_EVERY and patience.expired():
                    return
                internals.run_once()
            if ready:
                self._turns(TURNS)
        finally:
            self._leave()

    def is_ready(self) -> bool:
        """Whether any callback is ready."""
        return bool(self._ready)

    def next_run(self) -> float | None:
        """Tell when the loop has something to run."""
        if self._ready:
            return -inf
        return self._next_timer()

    def is_idle(self) -> bool:
        """Whether no callback is ready, no timer set, and nothing watched."""
        selector = self._selector
        return (
            not self._ready and not selector.watched and not selector.has_signal_handlers and self._next_timer() is None
        )

    def has_generators(self) -> bool:
        """Whether any async generator is open."""
        return self._internals.has_generators()

    def _stop_callback(self) -> Callable[[asyncio.Task[Any]], object]:
        return cast("Callable[[asyncio.Task[Any]], object]", run_until_complete_cb)
