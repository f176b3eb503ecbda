"""What the front of a client may ask of whoever runs the event loop.

One interface serves synchronous and asynchronous clients: every method that may wait is a coroutine function.
The coroutines of a synchronous driver finish without suspending (they block, or drive the loop, inside), so
`complete` runs them without a loop; those of an ``own`` driver suspend in the caller's loop.

Depends on: the sibling modules ``outcome``, ``signals`` and ``tasks``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.outcome import LeakReport, Outcome
    from asgitest.testclient.driver.signals import Signal
    from asgitest.testclient.driver.tasks import Task

__all__ = ["Backend", "Driver", "complete"]

Backend = Literal["asyncio", "trio"]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Driver(Protocol):
    """Runs an event loop for one client, or borrows the caller's."""

    limit: float | None
    """How long the conversation that was begun last may keep one thread that waits for it, in seconds."""

    @property
    def backend(self) -> Backend:
        """The kind of loop."""
        ...

    @property
    def name(self) -> str:
        """The kind of driver."""
        ...

    def signal(self) -> Signal:
        """Make a one-shot flag that code on the loop can await and the front can wait for."""
        ...

    def start(
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

    async def wait(self, signal: Signal, timeout: float | None) -> Outcome:
        """Wait until *signal* is set, *timeout* seconds have passed, or nothing can ever set it.

        Args:
            signal: A signal of this driver.
            timeout: In seconds; `None` waits without a limit. A certain deadlock ends the wait in any case.
        """
        ...

    async def poke(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a plain function on the loop side, then give ready callbacks their (bounded) turns."""
        ...

    def poke_now(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Do what `poke` does, without a coroutine; not for an ``own`` driver."""
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

    async def sweep(self) -> LeakReport:
        """Cancel the tasks that an app has left running, and give them a bounded time; the loop goes on.

        Nothing happens while a call of any client is still running on the loop.
        """
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
    __tracebackhide__ = True
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # StopIteration is not generic
    coroutine.close()
    message = "a coroutine of a synchronous client suspended; is its driver one that runs in the caller's loop?"
    raise RuntimeError(message)
