"""The driver that borrows the caller's running asyncio loop, for the asynchronous client.

Depends on: asyncio, and the sibling modules.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from asgitest.testclient.driver.outcome import LeakReport, LeftTask, Outcome
from asgitest.testclient.driver.private_asyncio import EAGER, begin_inner_task, missing
from asgitest.testclient.driver.signals import AsyncioSignal, Signal
from asgitest.testclient.driver.tasks import Task, await_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.interface import Backend

__all__ = ["OwnAsyncioDriver"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TURNS = 16
GRACE_SECONDS = 1.0


class OwnAsyncioDriver:
    """Runs the app in tasks of the loop that the caller runs in."""

    name: str = "own"
    backend: Backend = "asyncio"
    limit: float | None = None

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def signal(self) -> Signal:
        """Make a signal."""
        return AsyncioSignal()

    def open(self) -> None:
        """Do nothing: the loop is the caller's."""

    def start(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        *,
        context: Context | None = None,
        name: str | None = None,
    ) -> Task:
        """Begin ``function()`` as a task of the running loop, and run it here until it has to wait for something."""
        task = Task(function(), AsyncioSignal)
        loop = asyncio.get_running_loop()
        if (EAGER or _is_plain(loop)) and missing() is None and asyncio.current_task(loop):
            inner = begin_inner_task(loop, task.run(), name=name, context=context)
        else:
            inner = loop.create_task(task.run(), name=name, context=context)
        if not inner.done():
            task.stop = inner.cancel
            self._tasks.add(inner)
            inner.add_done_callback(self._tasks.discard)
            inner.add_done_callback(task.ended)
        return task

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:
        """Suspend the caller until *signal* is set or *timeout* has passed."""
        if signal.is_set():
            return Outcome.READY
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        timer = None if timeout is None else loop.call_later(timeout, wake)
        signal.listen(wake)
        try:
            await woken
        finally:
            signal.forget(wake)
            if timer is not None:
                timer.cancel()
        return Outcome.READY if signal.is_set() else Outcome.TIMED_OUT

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run *function* here, then let callbacks have their turns."""
        value = function(*args)
        await self.settle()
        return value

    def poke_now(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Refuse: callbacks have their turns only while the caller awaits."""
        raise RuntimeError(f"an asynchronous client awaits poke({function!r}, *{args!r})")

    async def settle(self) -> None:
        """Let ready callbacks have their turns."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def close(self) -> LeakReport:
        """Cancel what is left."""
        left = tuple(self._tasks)
        report = LeakReport(
            tasks=tuple(LeftTask(name=task.get_name(), chain=tuple(await_chain(task.get_coro()))) for task in left),
        )
        for task in left:
            task.cancel()
        return report

    async def aclose(self) -> LeakReport:
        """Cancel what is left and give it a bounded time."""
        report = self.close()
        if self._tasks:
            _, stuck = await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
            return LeakReport(tasks=report.tasks, stuck=tuple(task.get_name() for task in stuck))
        return report

    async def sweep(self) -> LeakReport:
        """Cancel what is left and give it a bounded time; the caller's loop is not ours to sweep any further."""
        return await self.aclose()

    def portal(self) -> BlockingPortal:
        """Refuse: a portal blocks its caller, and the caller runs the loop."""
        raise RuntimeError("an asynchronous client has no portal: its caller runs the loop that a portal waits for")

    def stacks(self) -> str:
        """Describe the stacks of worker threads that run code of the app."""
        return ""


def _is_plain(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether a loop is one of asyncio's, and nobody has replaced the method that `begin_inner_task` replaces."""
    return isinstance(loop, asyncio.BaseEventLoop) and "call_soon" not in vars(loop)
