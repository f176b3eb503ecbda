"""The driver with a loop thread of its own: the app never runs in the test's thread.

Depends on: asyncio and threading, and the sibling modules.
"""

from __future__ import annotations

import asyncio
import threading
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, TypeVarTuple

from asgitest.testclient.driver.interface import Backend, LeakReport, LeftTask, Outcome
from asgitest.testclient.driver.signals import AsyncioSignal, Signal
from asgitest.testclient.driver.tasks import Task, await_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from anyio.from_thread import BlockingPortal

__all__ = ["ThreadDriver"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TURNS = 16
GRACE_SECONDS = 1.0


class ThreadDriver:
    """Runs an asyncio loop in a daemon thread.

    Args:
        loop_factory: Makes the loop.
    """

    name: ClassVar[str] = "thread"
    backend: ClassVar[Backend] = "asyncio"

    def __init__(self, loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop) -> None:
        self._loop_factory = loop_factory
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, name="asgitest loop", daemon=True)
        self._stop: asyncio.Future[None]
        self._portal: BlockingPortal | None = None
        self._report = LeakReport()

    def signal(self) -> Signal:
        """Make a signal."""
        return AsyncioSignal()

    def open(self) -> None:
        """Start the thread, and wait until its loop runs."""
        started: SimpleQueue[BaseException | None] = SimpleQueue()
        self._started = started
        self._thread.start()
        error = started.get()
        if error is not None:
            raise error

    def _run(self) -> None:
        try:
            loop = self._loop = self._loop_factory()
        except BaseException as error:  # noqa: BLE001 - raised again by `open`, in the caller's thread
            self._started.put(error)
            return
        try:
            loop.run_until_complete(self._root())
        finally:
            loop.close()

    async def _root(self) -> None:
        # anyio ties its worker threads to the task that run_until_complete() runs: this one.
        self._stop = self._loop.create_future()
        self._started.put(None)
        await self._stop
        self._report = await end_tasks(asyncio.all_tasks() - {asyncio.current_task()})
        await self._loop.shutdown_asyncgens()

    async def start(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        *,
        context: Context | None = None,
        name: str | None = None,
    ) -> Task:
        """Begin ``function()`` on the loop; the caller goes on at once."""
        task = Task(function(), AsyncioSignal())
        self._loop.call_soon_threadsafe(self._begin, task, name, context or copy_context())
        return task

    def _begin(self, task: Task, name: str | None, context: Context) -> None:
        inner = self._loop.create_task(task.run(), name=name, context=context)
        inner.add_done_callback(task.ended)
        task.cancel = inner.cancel

    def run(self, function: Callable[[], Coroutine[Any, Any, Any]], timeout: float | None = None) -> Task:
        """Begin ``function()`` and wait for its end, both in one."""
        task = Task(function(), AsyncioSignal())
        self._loop.call_soon_threadsafe(self._begin, task, None, copy_context())
        self._block(task.done, timeout)
        return task

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:  # noqa: ASYNC109 - as in the protocol
        """Block the caller until *signal* is set or *timeout* has passed."""
        return self._block(signal, timeout)

    def _block(self, signal: Signal, timeout: float | None) -> Outcome:
        if signal.is_set():
            return Outcome.READY
        inbox: SimpleQueue[None] = SimpleQueue()

        def ring() -> None:
            inbox.put(None)

        signal.listen(ring)
        try:
            inbox.get(timeout=timeout)
        except Empty:
            return Outcome.READY if signal.is_set() else Outcome.TIMED_OUT
        finally:
            signal.forget(ring)
        return Outcome.READY

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run *function* in the loop thread, give callbacks their turns, and return what it returned."""
        inbox: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()

        def call() -> None:
            answer: tuple[T, None] | tuple[None, BaseException]
            try:
                answer = (function(*args), None)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                answer = (None, error)
            self._turn(TURNS, lambda: inbox.put(answer))

        self._loop.call_soon_threadsafe(call)
        value, error = inbox.get()
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # the tuple is one or the other

    def _turn(self, turns: int, finish: Callable[[], object]) -> None:
        if turns:
            self._loop.call_soon(self._turn, turns - 1, finish)
        else:
            finish()

    async def settle(self) -> None:
        """Give ready callbacks their turns."""
        await self.poke(lambda: None)

    def close(self) -> LeakReport:
        """Cancel what is left and end the thread; a thread that is stuck is abandoned."""
        if not self._thread.is_alive():
            return self._report
        self._loop.call_soon_threadsafe(self._finish)
        self._thread.join(2 * GRACE_SECONDS)
        if self._thread.is_alive():
            return LeakReport(stuck=(self._thread.name,))
        return self._report

    def _finish(self) -> None:
        if not self._stop.done():
            self._stop.set_result(None)

    async def aclose(self) -> LeakReport:
        """Do what `close` does."""
        return self.close()

    def portal(self) -> BlockingPortal:
        """Give a portal into the loop."""
        if self._portal is None:
            from anyio.from_thread import BlockingPortal  # noqa: PLC0415 - most clients never need it

            made: SimpleQueue[BlockingPortal] = SimpleQueue()

            async def hold() -> None:
                async with BlockingPortal() as portal:
                    made.put(portal)
                    await portal.sleep_until_stopped()

            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(hold(), name="asgitest portal"))
            self._portal = made.get()
        return self._portal

    def stacks(self) -> str:
        """Describe the stacks of worker threads that run code of the app."""
        return ""


async def end_tasks(tasks: set[asyncio.Task[Any] | None] | set[asyncio.Task[Any]]) -> LeakReport:
    """Cancel *tasks* and give them a bounded time to end."""
    left = {task for task in tasks if task is not None and task.get_name() != "asgitest portal"}
    report = tuple(LeftTask(name=task.get_name(), chain=tuple(await_chain(task.get_coro()))) for task in left)
    waiting = {task for task in tasks if task is not None}
    for task in waiting:
        task.cancel()
    stuck: set[asyncio.Task[Any]] = set()
    if waiting:
        _, stuck = await asyncio.wait(waiting, timeout=GRACE_SECONDS)
    return LeakReport(tasks=report, stuck=tuple(task.get_name() for task in stuck))
