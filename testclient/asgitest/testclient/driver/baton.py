"""The default driver: whoever waits drives the loop, in its own thread.

One thread at a time holds the baton. A thread that finds it taken hands its work over and waits; when the holder
leaves, one of those who wait takes the baton. Nobody drives while nobody waits, but for the watcher, which takes over
when a timer, a file descriptor or another thread needs the loop. A caller inside a running loop never drives: the
watcher does.

Depends on: asyncio and threading, and the sibling modules.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import threading
from collections import deque
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, cast

from asgitest.testclient.driver.alarm import arm, disarm
from asgitest.testclient.driver.leftovers import GRACE_SECONDS, describe_left, end_tasks, tasks_of_apps
from asgitest.testclient.driver.outcome import NOTHING_LEFT, LeakReport, Outcome
from asgitest.testclient.driver.patience import Patience
from asgitest.testclient.driver.private_asyncio import get_running_loop
from asgitest.testclient.driver.quiescence import worker_stacks
from asgitest.testclient.driver.signals import AsyncioSignal, Signal
from asgitest.testclient.driver.tasks import Task
from asgitest.testclient.driver.watcher import Watcher
from asgitest.testclient.errors import MisuseError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.engine import Engine
    from asgitest.testclient.driver.interface import Backend

__all__ = ["BatonDriver"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class BatonDriver:
    """Steps one asyncio loop in the threads of its callers.

    Args:
        engine: Steps the loop.
        name: The name of the driver.
        parked_root: Whether to keep a root task, for anyio's worker threads.
    """

    backend: Backend = "asyncio"
    limit: float | None

    def __init__(self, engine: Engine, *, name: str = "baton", parked_root: bool = True) -> None:
        self.name = name
        self._engine = engine
        self._loop = engine.loop
        self._baton = threading.Lock()
        self._followers: deque[SimpleQueue[None]] = deque()
        self._watcher = Watcher(self)
        self._watcher.on_error = self._keep_error
        self._parked_root = parked_root
        self._error: BaseException | None = None
        self._portal: BlockingPortal | None = None
        self._hold: Task
        self._closed = False
        self.limit = None
        self._swept = 0
        """How many tasks had been made when none was left."""

    def signal(self) -> Signal:
        """Make a signal."""
        return AsyncioSignal()

    def open(self) -> None:
        """Park the root task."""
        self._loop.on_foreign_callback = self._stir
        if self._parked_root:
            self._engine.park_root()

    # --- calls -------------------------------------------------------------------------------------------------------

    def start(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        *,
        context: Context | None = None,
        name: str | None = None,
    ) -> Task:
        """Begin ``function()``, and run it here until it has to wait for something."""
        task = Task(function(), AsyncioSignal)
        if self._may_drive() and self._baton.acquire(blocking=False):
            armed = arm(self.limit)
            try:
                self._engine.begin(task, name, context)
            finally:
                if armed:
                    disarm()
                self._leave(watch=task.is_done)
        else:
            self._hand_over(task, name, context)
        return task

    def run(self, function: Callable[[], Coroutine[Any, Any, Any]], timeout: float | None = None) -> Task:
        """Begin ``function()`` and wait for its end, both in one. The handle's ``outcome`` tells how the wait ended."""
        task = Task(function(), AsyncioSignal)
        if self._may_drive() and self._baton.acquire(blocking=False):
            try:
                self._engine.begin(task, None, None)
                if not task.is_done:
                    task.outcome = self._drive(task.done, timeout)
            finally:
                self._leave()
        else:
            self._hand_over(task, None, None)
            task.outcome = self._block(task.done, timeout)
        return task

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:
        """Drive the loop until *signal* is set, *timeout* has passed, or nothing can ever set it."""
        return self._block(signal, timeout)

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run *function* on the loop side, and let callbacks have their turns."""
        return self.poke_now(function, *args)

    def poke_now(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Do what `poke` does."""
        if self._may_drive() and self._baton.acquire(blocking=False):
            armed = arm(self.limit)
            try:
                return self._engine.call(function, *args)
            finally:
                if armed:
                    disarm()
                self._leave()

        async def call() -> T:
            return function(*args)

        task = Task(call(), AsyncioSignal)
        self._hand_over(task, None, None)
        self._block(task.done, None)
        return task.result()  # type: ignore[no-any-return]  # a task does not know the type of its result

    async def settle(self) -> None:
        """Let callbacks have their turns."""
        if not (self._is_idle() and self._error is None and not self._followers and not self._watcher.parked):
            await self.poke(_nothing)

    def _may_drive(self) -> bool:
        """Whether this thread may run the loop; not inside another running loop."""
        running = get_running_loop()
        if running is None:
            trio = sys.modules.get("trio")
            return trio is None or not trio.lowlevel.in_trio_run()
        if running is self._loop:
            raise MisuseError(
                "a synchronous client was called inside the app that it runs, on the same loop: "
                "it would wait for itself; await an asynchronous client, or call it in a worker thread",
            )
        return False

    def _hand_over(self, task: Task, name: str | None, context: Context | None) -> None:
        self._loop.call_soon_threadsafe(self._engine.begin_inside, task, name, context or copy_context())

    # --- waiting -----------------------------------------------------------------------------------------------------

    def _block(self, signal: Signal, timeout: float | None) -> Outcome:
        if signal.is_set():
            return Outcome.READY
        may_drive = self._may_drive()
        if may_drive and self._baton.acquire(blocking=False):
            try:
                return self._drive(signal, timeout)
            finally:
                self._leave()
        return self._follow(signal, timeout, may_drive=may_drive)

    def _drive(self, signal: Signal, timeout: float | None) -> Outcome:
        patience = Patience(timeout, self._engine.is_idle)
        armed = arm(timeout)
        try:
            self._engine.drive(signal, patience)
        finally:
            if armed:
                disarm()
        return patience.outcome or Outcome.READY

    def _follow(self, signal: Signal, timeout: float | None, *, may_drive: bool) -> Outcome:
        """Wait while others drive, and take the baton when it falls to us."""
        inbox: SimpleQueue[None] = SimpleQueue()

        def ring() -> None:
            inbox.put(None)

        patience = Patience(timeout, self._is_idle)
        signal.listen(ring)
        try:
            while not signal.is_set():
                if may_drive and self._lead_as(inbox, signal, patience):
                    break
                nap = patience.nap()
                if nap is None:
                    break
                with contextlib.suppress(Empty):
                    inbox.get(timeout=nap)
        finally:
            signal.forget(ring)
            if inbox in self._followers:
                self._followers.remove(inbox)
            self._pass_on()
        return Outcome.READY if signal.is_set() else patience.outcome or Outcome.READY

    def _lead_as(self, inbox: SimpleQueue[None], signal: Signal, patience: Patience) -> bool:
        if inbox not in self._followers:
            self._followers.append(inbox)
        if not self._baton.acquire(blocking=False):
            return False
        try:
            self._followers.remove(inbox)
            self._engine.drive(signal, patience)
        finally:
            self._leave()
        return True

    def _is_idle(self) -> bool:
        return self._engine.is_idle() and not self._baton.locked()

    def _leave(self, *, watch: bool = True) -> None:
        """Give the baton back, and see to it that whoever needs the loop gets it."""
        self._baton.release()
        # Most of the time nobody waits, and nothing is left to be looked after.
        if watch and (self._watcher.parked or not self._engine.is_idle()):
            self._look_after()
        if self._followers:
            self._pass_on()
        if self._error is not None:
            self._raise_kept_error()

    def _pass_on(self) -> None:
        if not self._baton.locked():
            try:
                self._followers.popleft().put(None)
            except IndexError:
                return

    def _stir(self) -> None:
        self._engine.stir()
        self._look_after()

    def _look_after(self) -> None:
        if self._baton.locked():
            return
        engine = self._engine
        if self._watcher.parked or not engine.is_idle():
            self._watcher.watch()

    def _keep_error(self, error: BaseException) -> None:
        self._error = error

    def _raise_kept_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    # --- the watcher's side ------------------------------------------------------------------------------------------

    def due(self) -> float | None:
        """Tell when the loop has to run by itself."""
        return self._engine.due()

    def watches(self) -> bool:
        """Whether the loop watches a file descriptor."""
        return self._engine.watches()

    def doze(self, timeout: float) -> None:
        """Sleep in the selector."""
        self._loop.selector.doze(timeout)

    def time(self) -> float:
        """Return the loop's clock."""
        return self._loop.time()

    def rouse(self) -> None:
        """Wake whoever sleeps in the selector."""
        asyncio.SelectorEventLoop.call_soon_threadsafe(self._loop, _nothing)

    def try_turns(self) -> bool:
        """Take the baton if it is free and wanted by nobody else, and run what is due."""
        if self._followers or not self._baton.acquire(blocking=False):
            return False
        try:
            self._engine.idle_turns()
        finally:
            self._baton.release()
            self._pass_on()
        return True

    # --- closing -----------------------------------------------------------------------------------------------------

    def close(self) -> LeakReport:
        """End what is left, and close the loop."""
        if self._closed:
            return LeakReport()
        self._closed = True
        if self._portal is not None:
            self.run(functools.partial(self._portal.stop, cancel_remaining=True), GRACE_SECONDS)
            self._block(self._hold.done, GRACE_SECONDS)
        report = self._sweep(generators=True)
        if not self._watcher.end(GRACE_SECONDS):
            return LeakReport(tasks=report.tasks, stuck=(*report.stuck, "the watcher"))
        if not self._baton.acquire(timeout=GRACE_SECONDS):
            return LeakReport(tasks=report.tasks, stuck=(*report.stuck, "a thread that drives the loop"))
        try:
            self._engine.end_root()
        finally:
            self._baton.release()
        self._loop.close()
        return report

    async def sweep(self) -> LeakReport:
        """Cancel the tasks that an app has left behind, and give them a bounded time."""
        return self.sweep_now()

    def sweep_now(self) -> LeakReport:
        """Do what `sweep` does."""
        return self._sweep(generators=False)

    def _sweep(self, *, generators: bool) -> LeakReport:
        # To list the tasks takes as long as half a request, and most requests make none but their own, which has ended.
        made = self._loop.tasks_made
        is_clean = made == self._swept and not self._loop.tasks_open
        left = set[asyncio.Task[Any]]() if is_clean else tasks_of_apps(self._loop)
        if not left:
            self._swept = made
        if not left and not (generators and self._engine.has_generators()):
            return NOTHING_LEFT

        async def end() -> LeakReport:
            return await end_tasks(left, generators=generators)

        task = self.run(end, 3 * GRACE_SECONDS)
        if task.is_done:
            return task.result()  # type: ignore[no-any-return]  # a task does not know the type of its result
        return LeakReport(tasks=describe_left(left), stuck=("a thread that drives the loop",))

    def is_as_new(self) -> bool:
        """Whether nothing of an app is left here, so that another one may use the loop. Call it after a `sweep`."""
        return (
            self._watcher.is_asleep()
            and self._loop.is_as_new()
            and not self._engine.has_workers()
            and not (self._portal or self._error or self._followers)
            and not self._engine.has_generators()
            and self._engine.is_idle()
        )

    async def aclose(self) -> LeakReport:
        """Do what `close` does."""
        return self.close()

    def portal(self) -> BlockingPortal:
        """Give a portal into the loop."""
        if self._portal is None:
            made = self.signal()
            self._hold = self.start(functools.partial(self._hold_portal, made), name="asgitest portal")
            self._block(made, None)
        return cast("BlockingPortal", self._portal)

    async def _hold_portal(self, made: Signal) -> None:
        from asgitest.testclient.driver.portals import DrivenPortal  # noqa: PLC0415 - most clients never need it

        async with DrivenPortal(self) as portal:
            self._portal = portal
            made.set()
            await portal.sleep_until_stopped()

    def is_inside(self) -> bool:
        """Whether this thread runs the loop now."""
        return get_running_loop() is self._loop

    def stacks(self) -> str:
        """Describe the stacks of worker threads that run code of the app."""
        return worker_stacks()


def _nothing() -> None:
    pass
