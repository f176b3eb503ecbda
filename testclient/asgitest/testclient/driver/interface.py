"""What the front of a client may ask of whoever runs the event loop.

One interface serves synchronous and asynchronous clients: every method that may take time is a coroutine function.
The coroutines of a synchronous driver finish without suspending (they block, or drive the loop, inside), so
`complete` runs them without a loop; those of an ``own`` driver suspend in the caller's loop.

Depends on: the sibling modules ``signals`` and ``tasks``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.signals import Signal
    from asgitest.testclient.driver.tasks import Task

__all__ = ["Backend", "Driver", "LeakReport", "LeftTask", "Outcome", "complete"]

Backend = Literal["asyncio", "trio"]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Outcome(enum.Enum):
    """How a wait ended."""

    READY = "ready"
    TIMED_OUT = "timed out"
    DEADLOCK = "deadlock"
    """Nothing is ready, timed, watched or working: the signal can never be set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftTask:
    """A task that was still there when its loop was closed.

    Args:
        name: The name of the task.
        chain: Where it waited, outermost first, as `await_chain` describes it.
    """

    name: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """What a driver found left over when it was closed.

    Args:
        tasks: Tasks of the app that had not ended; they have been cancelled.
        stuck: Names of tasks and threads that did not end even then; they have been abandoned.
    """

    tasks: tuple[LeftTask, ...] = ()
    stuck: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was left."""
        return bool(self.tasks or self.stuck)


class Driver(Protocol):
    """Runs an event loop for one client, or borrows the caller's."""

    name: ClassVar[str]
    backend: ClassVar[Backend]

    def signal(self) -> Signal:
        """Make a one-shot flag that code on the loop can await and the front can wait for."""
        ...

    async def start(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        *,
        context: Context | None = None,
        name: str | None = None,
    ) -> Task:
        """Begin ``function()`` as a task of its own, and drive it as far as costs nothing.

        Args:
            function: Makes the coroutine; called on the loop side or here, exactly once.
            context: The context the task runs in; a copy of the caller's if not given.
            name: The name of the task in reports.

        Returns:
            The handle of the task. It may be done already.
        """
        ...

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:  # noqa: ASYNC109 - it ends with an outcome, not with an exception
        """Wait until *signal* is set, *timeout* seconds have passed, or nothing can ever set it.

        Args:
            signal: A signal of this driver.
            timeout: In seconds; `None` waits without a limit. A certain deadlock ends the wait in any case.
        """
        ...

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a plain function on the loop side, then give ready callbacks their (bounded) turns."""
        ...

    async def settle(self) -> None:
        """Give ready callbacks their turns, a bounded number."""
        ...

    def open(self) -> None:
        """Make the loop ready. A driver is opened and closed once."""
        ...

    def close(self) -> LeakReport:
        """Cancel what is left, shut down async generators, and release the loop. It never hangs.

        An ``own`` driver only cancels here; await `aclose` to give its tasks their time as well.
        """
        ...

    async def aclose(self) -> LeakReport:
        """Do what `close` does, and wait a bounded time for the cancelled tasks."""
        ...

    def portal(self) -> BlockingPortal:
        """Give a real anyio portal into the same loop, made at the first call."""
        ...

    def stacks(self) -> str:
        """Describe the stacks of worker threads that run code of the app; empty if there are none."""
        ...


def complete(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine of a synchronous driver, which ends without suspending.

    Args:
        coroutine: Awaits nothing but the methods of a synchronous driver.

    Returns:
        What the coroutine returns.

    Raises:
        RuntimeError: If the coroutine suspends all the same; it is closed then.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # StopIteration is not generic
    coroutine.close()
    message = "a coroutine of a synchronous client suspended; is its driver one that runs in the caller's loop?"
    raise RuntimeError(message)
