"""What it means to step a loop in the thread of whoever asks, and the root task that anyio looks for.

Only one thread may step a loop at a time: the caller of these methods sees to that.
Depends on: asyncio, and the sibling modules.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from asgitest.testclient.driver.driven_loop import DrivenLoop, VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from asgitest.testclient.driver.patience import Patience
    from asgitest.testclient.driver.signals import Signal
    from asgitest.testclient.driver.tasks import Task

__all__ = ["FIRST_TURNS", "LOOK_AT_CLOCK_EVERY", "TURNS", "Engine"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TURNS = 16
"""How many turns ready callbacks get when nobody waits for them."""
FIRST_TURNS = 256
"""How many turns a new task gets before somebody waits for it."""
LOOK_AT_CLOCK_EVERY = 64
"""How many turns go by between two looks at the deadline while callbacks are always ready."""


class Engine(ABC):
    """Steps a loop.

    Args:
        loop: The loop to step.
    """

    def __init__(self, loop: DrivenLoop) -> None:
        self.loop = loop
        self._virtual_time = isinstance(loop, VirtualTimeLoop)
        self._root: _Root | None = None
        self._root_may_end: asyncio.Future[None]

    @abstractmethod
    def begin(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task*, and run turns as long as callbacks are ready, up to a bound."""

    @abstractmethod
    def begin_inside(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task* from a callback of the loop."""

    @abstractmethod
    def call(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Call *function* as if from a callback of the loop, then run ready callbacks, up to a bound."""

    @abstractmethod
    def drive(self, signal: Signal, patience: Patience) -> None:
        """Run the loop until *signal* is set or *patience* is at its end."""

    @abstractmethod
    def idle_turns(self) -> None:
        """Run what is due, up to a bound, without sleeping."""

    @abstractmethod
    def next_run(self) -> float | None:
        """Tell when the loop has something to run, in seconds of its clock; `None` if never, minus infinity for now.

        May be asked from any thread; if another one steps the loop meanwhile, the answer may be outdated.
        """

    def due(self) -> float | None:
        """Tell when the loop has to run by itself. Virtual time stands still while nobody waits."""
        when = self.next_run()
        return None if self._virtual_time and when != -inf else when

    @abstractmethod
    def has_generators(self) -> bool:
        """Whether an async generator may be open."""

    @abstractmethod
    def _stop_callback(self) -> Callable[[asyncio.Task[Any]], object]:
        """Give the callback that ``run_until_complete`` puts on its task."""

    def stir(self) -> None:
        """Note that another thread has given the loop a callback; engines that can see that themselves ignore it."""
        return

    def watches(self) -> bool:
        """Whether the loop watches a file descriptor or a signal. May be asked from any thread."""
        return self.loop.selector.watches()

    def is_idle(self) -> bool:
        """Whether no callback is ready, no timer set, and nothing watched. May be asked from any thread."""
        return self.next_run() is None and not self.watches()

    def park_root(self) -> None:
        """Start a task that looks like the one of ``run_until_complete``: anyio ties its worker threads to that.

        Without it anyio starts a thread for each call of a plain function. The threads are not daemons, so a root must
        be ended before the interpreter exits.
        """
        if self._root is not None:
            return

        def start() -> None:
            self._root_may_end = self.loop.create_future()
            root = self._root = _Root(_wait(self._root_may_end), loop=self.loop, name="asgitest root")
            root.add_done_callback(callback)
            root.is_adopted = False

        callback = self._stop_callback()
        self.call(start)

    def has_workers(self) -> bool:
        """Whether anyio has tied worker threads to the root task."""
        return self._root is not None and self._root.is_adopted

    def end_root(self) -> None:
        """End the root task, so that worker threads that are idle end too."""
        if self._root is not None:
            # Left in place, the callback would set the stop flag of the loop: its next run would be one turn.
            self._root.remove_done_callback(self._stop_callback())
            self.call(self._root_may_end.set_result, None)
            self._root = None


class _Root(asyncio.Task[None]):
    """A task that knows whether anybody else wants to be told of its end."""

    is_adopted = False

    def add_done_callback(self, fn: Callable[[Any], object], /, *, context: Context | None = None) -> None:
        """Note that somebody does."""
        self.is_adopted = True
        super().add_done_callback(fn, context=context)


async def _wait(may_end: asyncio.Future[None]) -> None:
    await may_end
