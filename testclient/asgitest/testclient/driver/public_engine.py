"""Steps a loop through `run_forever` and `stop` alone: for interpreters whose private names are not the known ones.

The selector tells what the loop does: it is asked for 0 seconds when callbacks are ready, for more when a timer is set,
and for ever when nothing is. So it is the selector that counts turns and stops the loop.

Depends on: asyncio, public API only, and the sibling modules ``engine`` and ``driven_loop``.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from asgitest.testclient.driver.engine import FIRST_TURNS, LOOK_AT_CLOCK_EVERY, TURNS, Engine
from asgitest.testclient.driver.private_asyncio import get_running_loop

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from asgitest.testclient.driver.driven_loop import DrivenLoop
    from asgitest.testclient.driver.patience import Patience
    from asgitest.testclient.driver.signals import Signal
    from asgitest.testclient.driver.tasks import Task

__all__ = ["PublicEngine"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SHORT_SECONDS = 0.001


class PublicEngine(Engine):
    """Steps a loop with ``run_forever``.

    Args:
        loop: The loop to step; its selector tells this engine before it polls.
    """

    def __init__(self, loop: DrivenLoop) -> None:
        super().__init__(loop)
        self._turns_left = 0
        self._patience: Patience | None = None
        self._due: float | None = -inf
        self._callback: Callable[[asyncio.Task[Any]], object] | None = None
        loop.selector.before = self._before_poll
        loop.selector.after = self._after_poll

    def _before_poll(self, timeout: float | None) -> None:
        """Learn from *timeout* whether callbacks are ready, and stop the loop if it has run long enough."""
        self._turns_left -= 1
        if timeout == 0:
            self._due = -inf
            if self._turns_left <= 0 or self._is_over():
                self.loop.stop()
            return
        # A timer that is due within the resolution of the clock may run in this very turn.
        self._due = None if timeout is None else -inf if timeout < SHORT_SECONDS else self.loop.time() + timeout
        nap = None if self._patience is None else self._patience.nap()
        if nap is None:
            self.loop.stop()
        self.loop.selector.nap = nap or 0.0

    def _is_over(self) -> bool:
        return self._patience is not None and not self._turns_left % LOOK_AT_CLOCK_EVERY and self._patience.expired()

    def _after_poll(self) -> None:
        """Note that the poll found something: callbacks will run in this turn, and leave nobody knows what."""
        self._due = -inf

    def _spin(self, turns: int, patience: Patience | None = None) -> None:
        self._turns_left = turns
        self._patience = patience
        _outside_a_loop(self.loop.run_forever)

    def stir(self) -> None:
        """Note that another thread has given the loop a callback."""
        self._due = -inf

    def begin(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task*, and run turns as long as callbacks are ready, up to a bound."""
        self.begin_inside(task, name, context)
        self._spin(FIRST_TURNS)

    def begin_inside(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task* from a callback of the loop."""
        inner = self.loop.create_task(task.run(), name=name, context=context)
        inner.add_done_callback(task.ended)
        task.stop = inner.cancel

    def call(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Call *function* as if from a callback of the loop, then run ready callbacks, up to a bound."""
        answer: asyncio.Future[T] = self.loop.create_future()

        def call() -> None:
            try:
                answer.set_result(function(*args))
            except Exception as error:  # noqa: BLE001 - raised again below
                answer.set_exception(error)

        self.loop.call_soon(call)
        self._spin(TURNS)
        return answer.result()

    def idle_turns(self) -> None:
        """Run what is due, up to a bound, without sleeping."""
        self._spin(TURNS)

    def drive(self, signal: Signal, patience: Patience) -> None:
        """Run the loop until *signal* is set or *patience* is at its end."""

        def enough() -> None:
            self._turns_left = TURNS
            self._patience = None

        # The loop's own thread sets the signal, in a turn of this very run, so the listener cannot come too late.
        signal.listen(enough)
        try:
            self._spin(sys.maxsize, patience)
        finally:
            signal.forget(enough)

    def next_run(self) -> float | None:
        """Tell when the loop has something to run."""
        return self._due

    def has_generators(self) -> bool:
        """Whether an async generator may be open: nothing public tells."""
        return True

    def _stop_callback(self) -> Callable[[asyncio.Task[Any]], object]:
        if self._callback is None:
            self._callback = _catch_stop_callback(self.loop)
        return self._callback


def _catch_stop_callback(loop: asyncio.AbstractEventLoop) -> Callable[[asyncio.Task[Any]], object]:
    """Give the callback that ``run_until_complete`` puts on what it runs."""
    caught: list[Callable[[Any], object]] = []

    class Net(asyncio.Future[None]):
        def add_done_callback(self, fn: Callable[[Any], object], /, *, context: Context | None = None) -> None:
            caught.append(fn)
            super().add_done_callback(fn, context=context)

    net = Net(loop=loop)
    net.set_result(None)
    _outside_a_loop(functools.partial(loop.run_until_complete, net))
    return caught[0]


def _outside_a_loop(run: Callable[[], object]) -> None:
    """Call *run*, which runs a loop for a moment; in a thread of its own if one runs in this thread already."""
    if get_running_loop() is None:
        run()
        return
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
