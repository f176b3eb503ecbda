"""The loop side of a driver whose loop runs in another thread: how to post to it, start tasks on it, and end them.

Depends on: asyncio, and the sibling modules. Trio is imported when its side is made.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from asgitest.testclient.driver.driven_loop import DrivenLoop
from asgitest.testclient.driver.leftovers import GRACE_SECONDS, OWN_TASK_PREFIX, end_tasks
from asgitest.testclient.driver.outcome import LeakReport, LeftTask
from asgitest.testclient.driver.private_asyncio import missing
from asgitest.testclient.driver.private_engine import PrivateEngine
from asgitest.testclient.driver.signals import AsyncioSignal, Signal, TrioSignal
from asgitest.testclient.driver.tasks import Task, await_chain

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context


__all__ = ["AsyncioSide", "Side", "TrioSide"]

TURNS = 16


class Side(Protocol):
    """What a driver does on its loop. All but `post` and `is_idle` are called there."""

    def signal(self) -> Signal:
        """Make a signal that code on the loop can await."""
        ...

    def post(self, function: Callable[..., object], *args: Any) -> object:
        """Have *function* called on the loop, soon; from any thread."""
        ...

    def begin(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task*."""
        ...

    def settle(self, finish: Callable[[], object]) -> None:
        """Call *finish* when ready callbacks have had their turns, a bounded number."""
        ...

    def is_idle(self) -> bool:
        """Whether nothing is ready, timed or watched. From any thread; false if one cannot tell."""
        ...

    async def end(self, *, last: bool = False) -> LeakReport:
        """Cancel what apps have left, in bounded time; *last*: nothing comes after it on this loop."""
        ...


class AsyncioSide:
    """The loop side on asyncio; made on it, in the task that keeps the loop running.

    Args:
        loop: Runs in another thread.
        is_ours: Whether no tasks but those of this side and of its apps are on the loop.
    """

    def __init__(self, loop: AbstractEventLoop, *, is_ours: bool = True) -> None:
        self._loop = loop
        self._is_ours = is_ours
        self._host = asyncio.current_task(loop)
        self._begun: set[asyncio.Task[None]] = set()
        self._engine = PrivateEngine(loop) if isinstance(loop, DrivenLoop) and missing() is None else None
        self._call_soon_threadsafe = loop.call_soon_threadsafe

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Have *function* called on the loop, soon."""
        self._call_soon_threadsafe(function, *args)

    def signal(self) -> Signal:
        """Make a signal for asyncio."""
        return AsyncioSignal()

    def begin(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task*."""
        inner = self._loop.create_task(task.run(), name=name, context=context)
        inner.add_done_callback(task.ended)
        self._begun.add(inner)
        inner.add_done_callback(self._begun.discard)
        task.stop = inner.cancel

    def settle(self, finish: Callable[[], object]) -> None:
        """Call *finish* after a number of turns, or earlier when nothing is ready any more."""
        self._turn(TURNS, finish)

    def _turn(self, turns: int, finish: Callable[[], object]) -> None:
        if turns and (self._engine is None or self._engine.is_ready()):
            self._loop.call_soon(self._turn, turns - 1, finish)
        else:
            finish()

    def is_idle(self) -> bool:
        """Whether nothing is ready, timed or watched."""
        return self._engine is not None and self._engine.is_idle()

    async def end(self, *, last: bool = False) -> LeakReport:
        """Cancel all tasks but the driver's own; on a loop that is somebody else's, those that were begun here."""
        spared = {asyncio.current_task(), self._host}
        tasks = asyncio.all_tasks() if self._is_ours else self._begun
        left = {task for task in tasks if task not in spared and not task.get_name().startswith(OWN_TASK_PREFIX)}
        return await end_tasks(left, generators=last)


class TrioSide:
    """The loop side on trio; made on it."""

    def __init__(self) -> None:
        import trio  # noqa: PLC0415 - trio is optional

        self._trio = trio
        self._token = trio.lowlevel.current_trio_token()
        self._tasks: dict[Task, str] = {}
        self._was_idle = False

    def signal(self) -> Signal:
        """Make a signal for trio."""
        return TrioSignal()

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Have *function* called on the loop, soon."""
        self._token.run_sync_soon(function, *args)

    def begin(self, task: Task, name: str | None, context: Context | None) -> None:
        """Start *task* as a system task: it belongs to no nursery of the caller."""
        scope = self._trio.CancelScope()
        task.stop = scope.cancel

        async def run() -> None:
            with scope:
                await task.run()
            self._tasks.pop(task, None)

        self._tasks[task] = name or "app"
        self._trio.lowlevel.spawn_system_task(run, name=name, context=context)

    def settle(self, finish: Callable[[], object]) -> None:
        """Call *finish* when tasks that are ready have had their turns."""

        async def turns() -> None:
            for _ in range(TURNS):
                await self._trio.lowlevel.cancel_shielded_checkpoint()
                if self._statistics_are_idle():
                    break
            finish()

        self._trio.lowlevel.spawn_system_task(turns, name="asgitest settle")

    def _statistics_are_idle(self) -> bool:
        """Whether no task but the running one can be run."""
        return self._trio.lowlevel.current_statistics().tasks_runnable == 0

    def is_idle(self) -> bool:
        """Tell what the loop said when it was asked last, and ask again: only the loop itself may look."""
        answer, self._was_idle = self._was_idle, False
        self.post(self._look)
        return answer

    def _look(self) -> None:
        statistics = self._trio.lowlevel.current_statistics()
        polls = statistics.io_statistics
        # One task of trio itself always waits to be woken by other threads.
        reads = getattr(polls, "tasks_waiting_read", inf)
        writes = getattr(polls, "tasks_waiting_write", inf)
        self._was_idle = (
            statistics.tasks_runnable == 0
            and statistics.seconds_to_next_deadline == inf
            and statistics.run_sync_soon_queue_size == 0
            and reads <= 1
            and writes == 0
        )

    async def end(self, *, last: bool = False) -> LeakReport:
        """Cancel the driver's tasks. Trio closes generators by itself."""
        del last
        left = {task: name for task, name in self._tasks.items() if not name.startswith(OWN_TASK_PREFIX)}
        report = tuple(LeftTask(name=name, chain=tuple(await_chain(task.coroutine))) for task, name in left.items())
        for task in left:
            task.cancel()
        with self._trio.move_on_after(GRACE_SECONDS):
            for task in left:
                await task.done.wait()
        return LeakReport(tasks=report, stuck=tuple(name for task, name in left.items() if task in self._tasks))
