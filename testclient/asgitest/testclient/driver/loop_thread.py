"""Drivers whose loop runs in another thread: a thread of their own, or that of a portal they were given.

Depends on: asyncio, threading and anyio, and the sibling modules.
"""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from asgitest.testclient.driver.driven_loop import DrivenLoop, VirtualTimeLoop
from asgitest.testclient.driver.leftovers import GRACE_SECONDS
from asgitest.testclient.driver.outcome import LeakReport, Outcome
from asgitest.testclient.driver.patience import Patience
from asgitest.testclient.driver.quiescence import dormant_threads, stack_of, thread_frames, worker_stacks
from asgitest.testclient.driver.sides import AsyncioSide, Side, TrioSide
from asgitest.testclient.driver.signals import AsyncioSignal, Signal, TrioSignal
from asgitest.testclient.driver.tasks import Task, describe_frame
from asgitest.testclient.errors import DeadlineExceeded, MisuseError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from contextvars import Context
    from types import FrameType

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.interface import Backend

__all__ = ["AdoptedPortalDriver", "LoopThreadDriver", "PortalDriver", "ThreadDriver"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Answer = tuple[T, None] | tuple[None, BaseException]

# How long a loop may take to run a plain function before it counts as blocked; and once a wait has timed out.
RESPONSE_SECONDS = 30.0
BLOCKED_RESPONSE_SECONDS = 0.5

# Where a thread that runs a loop is while the loop sleeps.
SELECTING = frozenset({"selectors", "trio._core._io_epoll", "trio._core._io_kqueue"})


class LoopThreadDriver(ABC):
    """Posts to a loop in another thread, and blocks until it answers.

    Args:
        backend: Which kind of loop it is.
    """

    name: str = "thread"

    backend: Backend
    limit: float | None = None

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._side: Side
        self._loop_thread: int | None = None
        self._waiting = 0
        self._portal: BlockingPortal | None = None
        self._patience_with_loop = RESPONSE_SECONDS

    def signal(self) -> Signal:
        """Make a signal."""
        return AsyncioSignal() if self.backend == "asyncio" else TrioSignal()

    def start(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        *,
        context: Context | None = None,
        name: str | None = None,
    ) -> Task:
        """Begin ``function()`` on the loop; the caller goes on at once."""
        self._refuse_inside()
        task = Task(function(), self.signal)
        self._side.post(self._side.begin, task, name, context or copy_context())
        return task

    def run(self, function: Callable[[], Coroutine[Any, Any, Any]], timeout: float | None = None) -> Task:
        """Begin ``function()`` and wait for its end, both in one."""
        task = self.start(function)
        task.outcome = self._block(task.done, timeout)
        return task

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:
        """Block until *signal* is set, *timeout* has passed, or nothing can ever set it."""
        self._refuse_inside()
        return self._block(signal, timeout)

    def _block(self, signal: Signal, timeout: float | None) -> Outcome:
        if signal.is_set():
            return Outcome.READY
        inbox: SimpleQueue[None] = SimpleQueue()

        def ring() -> None:
            inbox.put(None)

        patience = Patience(timeout, self._is_idle)
        signal.listen(ring)
        self._waiting += 1
        self._begin_waiting()
        try:
            while not signal.is_set():
                nap = patience.nap()
                if nap is None:
                    self._patience_with_loop = BLOCKED_RESPONSE_SECONDS
                    return patience.outcome or Outcome.READY
                _sleep(inbox, nap)
        finally:
            self._waiting -= 1
            signal.forget(ring)
        return Outcome.READY

    def _begin_waiting(self) -> None:
        """Note that a caller has begun to wait."""
        return

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run *function* on the loop, give callbacks their turns, and return what it returned."""
        return self.poke_now(function, *args)

    def poke_now(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Do what `poke` does."""
        self._refuse_inside()
        inbox: SimpleQueue[Answer[T]] = SimpleQueue()

        def call() -> None:
            answer: Answer[T]
            try:
                answer = (function(*args), None)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                answer = (None, error)
            self._side.settle(lambda: inbox.put(answer))

        self._side.post(call)
        try:
            value, error = inbox.get(timeout=self._patience_with_loop)
        except Empty:
            raise DeadlineExceeded("the app to let its loop run", self._patience_with_loop, self.stacks()) from None
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # the tuple is one or the other

    async def settle(self) -> None:
        """Give ready callbacks their turns."""
        await self.poke(_nothing)

    async def sweep(self) -> LeakReport:
        """Cancel the tasks that an app has left behind, and give them a bounded time."""
        task = self.start(self._side.end, name="asgitest sweep")
        self._block(task.done, 3 * GRACE_SECONDS)
        return task.result() if task.is_done else LeakReport(stuck=("the loop",))

    @abstractmethod
    def open(self) -> None:
        """Make the loop ready."""

    @abstractmethod
    def close(self) -> LeakReport:
        """End what is left."""

    async def aclose(self) -> LeakReport:
        """Do what `close` does."""
        return self.close()

    def portal(self) -> BlockingPortal:
        """Give a portal into the loop."""
        assert self._portal is not None  # noqa: S101
        return self._portal

    def stacks(self) -> str:
        """Describe the stacks of worker threads that run code of the app, and of the loop if it is blocked."""
        frame = self._loop_frame()
        stacks = worker_stacks()
        if frame is None or _is_selecting(frame):
            return stacks
        lines = ["the thread of the loop:", *(f"  {describe_frame(inner)}" for inner in stack_of(frame)[::-1]), stacks]
        return "\n".join(line for line in lines if line)

    def _refuse_inside(self) -> None:
        if threading.get_ident() == self._loop_thread:
            raise MisuseError(
                "a synchronous client was called inside the app that it runs, on the same loop: "
                "it would wait for itself; await an asynchronous client, or call it in a worker thread",
            )

    def _is_idle(self) -> bool:
        return self._side.is_idle()

    def _is_dormant(self) -> bool:
        frame = self._loop_frame()
        return frame is not None and _is_selecting(frame) and (self._waiting > 0 or self._side.is_idle())

    def _loop_frame(self) -> FrameType | None:
        return None if self._loop_thread is None else thread_frames().get(self._loop_thread)


class _OwnThreadDriver(LoopThreadDriver):
    """Has a daemon thread of its own for its loop."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self._thread = threading.Thread(target=self._run, name=f"asgitest {self.name} loop", daemon=True)
        self._started: SimpleQueue[BaseException | None] = SimpleQueue()
        self._may_end: Signal
        self._hold_task: Task
        self._report = LeakReport()

    @abstractmethod
    def _serve(self) -> None:
        """Run `_main` on a new loop."""

    @abstractmethod
    def _make_side(self) -> Side:
        """Make the side of the running loop."""

    def open(self) -> None:
        """Start the thread, and wait until its loop runs."""
        self._thread.start()
        error = self._started.get()
        if error is not None:
            raise error

    def _run(self) -> None:
        self._loop_thread = threading.get_ident()
        dormant_threads[self._loop_thread] = self._is_dormant
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001 - raised by `open`; later nobody is there to hear it
            self._started.put(error)
        finally:
            del dormant_threads[self._loop_thread]

    async def _main(self) -> None:
        self._side = self._make_side()
        self._may_end = self.signal()
        self._started.put(None)
        await self._may_end.wait()
        portal, self._portal = self._portal, None
        if portal is not None:
            await portal.stop(cancel_remaining=True)
            await self._hold_task.done.wait()
        self._report = await self._side.end(last=True)

    def close(self) -> LeakReport:
        """End what is left and the thread; a thread that is stuck is abandoned."""
        if self._thread.is_alive():
            self._side.post(self._may_end.set)
            self._thread.join(3 * GRACE_SECONDS)
            if self._thread.is_alive():
                return LeakReport(stuck=(self._thread.name,))
        return self._report

    def portal(self) -> BlockingPortal:
        """Give a portal into the loop, made at the first call."""
        if self._portal is None:
            made: SimpleQueue[None] = SimpleQueue()
            self._hold_task = Task(self._hold(made), self.signal)
            self._side.post(self._side.begin, self._hold_task, "asgitest portal", copy_context())
            made.get()
        return super().portal()

    async def _hold(self, made: SimpleQueue[None]) -> None:
        from anyio.from_thread import BlockingPortal  # noqa: PLC0415 - most clients never need it

        async with BlockingPortal() as self._portal:
            made.put(None)
            await self._portal.sleep_until_stopped()


class ThreadDriver(_OwnThreadDriver):
    """Runs an asyncio loop in a daemon thread: the app never runs in the test's thread.

    Args:
        virtual_time: Whether time jumps to the next timer while a caller waits and nothing else is ready.
        debug: Whether to run the loop in debug mode; `None` leaves that to asyncio.
        parked_root: Whether anyio may keep worker threads for the loop.
    """

    name = "thread"

    def __init__(self, *, virtual_time: bool = False, debug: bool | None = None, parked_root: bool = True) -> None:
        super().__init__("asyncio")
        self._virtual_time = virtual_time
        self._debug = debug
        self._parked_root = parked_root

    def _serve(self) -> None:
        loop = VirtualTimeLoop() if self._virtual_time else DrivenLoop()
        if isinstance(loop, VirtualTimeLoop):
            loop.virtual.may_jump = self._is_waited_for
        if self._debug is not None:
            loop.set_debug(self._debug)
        try:
            if self._parked_root:
                loop.run_until_complete(self._main())
            else:
                main = loop.create_task(self._main(), name="asgitest main")
                main.add_done_callback(lambda _: loop.stop())
                loop.run_forever()
        finally:
            loop.close()

    def _begin_waiting(self) -> None:
        if self._virtual_time:
            # The loop may have gone to sleep for a timer while nobody waited, and time stood still.
            self._side.post(_nothing)

    def _is_waited_for(self) -> bool:
        return self._waiting > 0

    def _make_side(self) -> Side:
        return AsyncioSide(asyncio.get_running_loop())


class PortalDriver(_OwnThreadDriver):
    """Runs any loop that anyio can run, in a daemon thread: trio, or asyncio with another implementation.

    Args:
        backend: Which kind of loop.
        backend_options: What ``anyio.run`` takes under this name.
    """

    name = "trio"

    def __init__(self, backend: Backend = "trio", backend_options: Mapping[str, Any] | None = None) -> None:
        super().__init__(backend)
        self._backend_options = dict(backend_options or {})

    def _serve(self) -> None:
        import anyio  # noqa: PLC0415 - only this driver needs it

        anyio.run(self._main, backend=self.backend, backend_options=self._backend_options)

    def _make_side(self) -> Side:
        return TrioSide() if self.backend == "trio" else AsyncioSide(asyncio.get_running_loop())


class AdoptedPortalDriver(LoopThreadDriver):
    """Uses a loop that belongs to somebody else, through the portal into it.

    Args:
        portal: A portal that is running.
    """

    name = "portal"
    backend: Backend

    def __init__(self, portal: BlockingPortal) -> None:
        super().__init__("asyncio")
        self._portal = portal

    def open(self) -> None:
        """Find out what loop it is."""
        self.portal().call(self._look_around)

    def _look_around(self) -> None:
        self._loop_thread = threading.get_ident()
        try:
            self._side = AsyncioSide(asyncio.get_running_loop(), is_ours=False)
        except RuntimeError:
            self.backend = "trio"
            self._side = TrioSide()

    def close(self) -> LeakReport:
        """End what this driver has started; the loop goes on."""
        task = self.start(self._side.end, name="asgitest end")
        self._block(task.done, 3 * GRACE_SECONDS)
        return task.result() if task.is_done else LeakReport(stuck=("the loop",))


def _is_selecting(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") in SELECTING


def _sleep(inbox: SimpleQueue[None], seconds: float) -> None:
    """Wait for a message, for at most *seconds*."""
    try:
        inbox.get(timeout=seconds)
    except Empty:
        return


def _nothing() -> None:
    pass
