"""The driver that borrows the caller's running trio loop, for the asynchronous client.

Depends on: trio, and the sibling modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

import trio

from asgitest.testclient.driver.outcome import LeakReport, LeftTask, Outcome
from asgitest.testclient.driver.signals import Signal, TrioSignal
from asgitest.testclient.driver.tasks import Task, await_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.interface import Backend

__all__ = ["OwnTrioDriver"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TURNS = 16
GRACE_SECONDS = 1.0


class OwnTrioDriver:
    """Runs the app in system tasks of the trio loop that the caller runs in.

    System tasks belong to no nursery of the caller, so that a client may be entered and left anywhere.
    """

    name: str = "own"
    backend: Backend = "trio"
    limit: float | None = None

    def __init__(self) -> None:
        self._tasks: dict[Task, str] = {}

    def signal(self) -> Signal:
        """Make a signal."""
        return TrioSignal()

    def open(self) -> None:
        """Do nothing: the loop is the caller's."""

    def start(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        *,
        context: Context | None = None,
        name: str | None = None,
    ) -> Task:
        """Begin ``function()`` as a task of the running loop."""
        task = Task(function(), TrioSignal)
        scope = trio.CancelScope()
        task.stop = scope.cancel

        async def run() -> None:
            with scope:
                await task.run()
            self._tasks.pop(task, None)

        self._tasks[task] = name or "app"
        trio.lowlevel.spawn_system_task(run, name=name, context=context)
        return task

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:
        """Suspend the caller until *signal* is set or *timeout* has passed."""
        if signal.is_set():
            return Outcome.READY
        with trio.move_on_after(float("inf") if timeout is None else timeout):
            await signal.wait()
        return Outcome.READY if signal.is_set() else Outcome.TIMED_OUT

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run *function* here, then let ready tasks have their turns."""
        value = function(*args)
        await self.settle()
        return value

    def poke_now(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Refuse: callbacks have their turns only while the caller awaits."""
        raise RuntimeError(f"an asynchronous client awaits poke({function!r}, *{args!r})")

    async def settle(self) -> None:
        """Let ready tasks have their turns."""
        for _ in range(TURNS):
            await trio.lowlevel.cancel_shielded_checkpoint()

    def close(self) -> LeakReport:
        """Cancel what is left."""
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        return LeakReport(
            tasks=tuple(LeftTask(name=name, chain=tuple(await_chain(task.coroutine))) for task, name in left.items()),
        )

    async def aclose(self) -> LeakReport:
        """Cancel what is left and give it a bounded time."""
        report = self.close()
        with trio.move_on_after(GRACE_SECONDS):
            for task in tuple(self._tasks):
                await task.done.wait()
        return LeakReport(tasks=report.tasks, stuck=tuple(self._tasks.values()))

    async def sweep(self) -> LeakReport:
        """Cancel what is left and give it a bounded time; the caller's loop is not ours to sweep any further."""
        return await self.aclose()

    def portal(self) -> BlockingPortal:
        """Refuse: a portal blocks its caller, and the caller runs the loop."""
        raise RuntimeError("an asynchronous client has no portal: its caller runs the loop that a portal waits for")

    def stacks(self) -> str:
        """Describe the stacks of worker threads that run code of the app."""
        return ""
