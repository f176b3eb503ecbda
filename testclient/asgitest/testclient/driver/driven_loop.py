"""A selector event loop that others than `run_forever` may drive, and the selector that lets them.

Depends on: asyncio and selectors, public API only; the sibling module ``quiescence``.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from asgitest.testclient.driver.quiescence import busy_workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from contextvars import Context

    from _typeshed import FileDescriptorLike

__all__ = ["DrivenLoop", "DrivenSelector", "VirtualTimeLoop"]

POLL_EVERY = 16
WORKER_SECONDS = 0.002
NETWORK_SECONDS = 0.02

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Events = list[tuple[selectors.SelectorKey, int]]


class DrivenSelector(selectors.DefaultSelector):
    """Polls as its driver wants it.

    The loop asks with timeout 0 whenever callbacks are ready. As long as only the loop's own pipe is registered,
    nothing can come of it but the wake-up for a callback that is ready already: most of these system calls are
    left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._zero_polls = 0
        self.watched = 0
        """How many file descriptors are registered, the loop's own pipe not counted."""
        self.nap: float | None = None
        """The longest that the loop may sleep, in seconds."""
        self.has_signal_handlers = False
        """Signals arrive through the loop's own pipe."""
        self.before: Callable[[float | None], object] | None = None
        """Is told how long the loop would sleep."""
        self.after: Callable[[], object] | None = None
        """Is told that a poll found something."""

    def watches(self) -> bool:
        """Whether anything but the loop's own pipe is registered, or that pipe carries signals."""
        return self.watched > 0 or self.has_signal_handlers

    def register(self, fileobj: FileDescriptorLike, events: int, data: Any = None) -> selectors.SelectorKey:
        """Register a file descriptor; the first is the loop's own pipe."""
        key = super().register(fileobj, events, data)
        self.watched = len(self.get_map()) - 1
        return key

    def unregister(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        """Forget a file descriptor."""
        key = super().unregister(fileobj)
        self.watched = len(self.get_map()) - 1
        return key

    def select(self, timeout: float | None = None) -> Events:
        """Poll for at most *timeout* and at most `nap` seconds."""
        if self.before is not None:
            self.before(timeout)
        if timeout != 0:
            events = self._sleep(timeout)
        else:
            self._zero_polls += 1
            if self._zero_polls % POLL_EVERY and not self.watches():
                return []
            events = super().select(0)
        if events and self.after is not None:
            self.after()
        return events

    def _sleep(self, timeout: float | None) -> Events:
        """Poll when no callback is ready."""
        if self.nap is not None and (timeout is None or timeout > self.nap):
            timeout = self.nap
        return super().select(timeout)

    def doze(self, timeout: float | None) -> None:
        """Sleep until something is ready or *timeout* has passed, in a thread that does not drive the loop."""
        super().select(timeout)


class VirtualTimeSelector(DrivenSelector):
    """Lets time jump instead of sleeping, when nothing but a timer can come next."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped_seconds = 0.0
        self.may_jump: Callable[[], bool] = _yes
        """Whether anybody waits for the loop; time stands still while nobody looks."""

    def _sleep(self, timeout: float | None) -> Events:
        """Poll when no callback is ready: wait for workers, a moment for the network, and then jump."""
        if timeout is None or self.nap == 0.0 or not self.may_jump():
            return super()._sleep(timeout)
        busy = busy_workers()
        ready = super()._sleep(min(timeout, WORKER_SECONDS if busy else NETWORK_SECONDS if self.watches() else 0.0))
        if not ready and not busy:
            self.jumped_seconds += timeout
        return ready


class DrivenLoop(asyncio.SelectorEventLoop):
    """Tells its driver when another thread gives it a callback."""

    def __init__(self, selector: DrivenSelector | None = None) -> None:
        self.selector = DrivenSelector() if selector is None else selector
        self.on_foreign_callback: Callable[[], object] = _nothing
        self._has_executor = False
        self.tasks_made = 0
        """How many tasks have been made by `create_task`."""
        self.tasks_open = 0
        """How many tasks there are that a driver has begun."""
        super().__init__(self.selector)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        """Make a task, and count it."""
        self.tasks_made += 1
        return super().create_task(coro, **options)

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Call a function in a thread; those of the loop's own executor stay until the loop is closed."""
        self._has_executor = self._has_executor or executor is None
        return super().run_in_executor(executor, func, *args)

    def set_default_executor(self, executor: Any) -> None:
        """Take an executor."""
        self._has_executor = True
        super().set_default_executor(executor)

    def is_as_new(self) -> bool:
        """Whether no app has set anything of the loop that another one would notice."""
        return not (
            self._has_executor
            or self.selector.has_signal_handlers
            or self.get_exception_handler() is not None
            or self.get_task_factory() is not None
            or self.get_debug()
        )

    def call_soon_threadsafe(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Take a callback from any thread, and see to it that somebody runs it."""
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        self.on_foreign_callback()
        return handle

    def add_signal_handler(self, sig: int, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Take a callback for a signal."""
        super().add_signal_handler(sig, callback, *args)
        self.selector.has_signal_handlers = True


class VirtualTimeLoop(DrivenLoop):
    """A loop whose clock its selector turns."""

    def __init__(self) -> None:
        self.virtual = VirtualTimeSelector()
        super().__init__(self.virtual)

    def time(self) -> float:
        """Return the seconds of the real clock and those that were jumped over."""
        return super().time() + self.virtual.jumped_seconds


def _nothing() -> None:
    pass


def _yes() -> bool:
    return True
