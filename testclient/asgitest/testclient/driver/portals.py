"""A real anyio portal into a loop that nobody runs until somebody waits.

Depends on: anyio, and the sibling modules.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, TypeVarTuple, cast

from anyio.from_thread import BlockingPortal

from asgitest.testclient.driver.tasks import await_chain
from asgitest.testclient.errors import DeadlockDetected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from asgitest.testclient.driver.tasks import Task

__all__ = ["DrivenPortal", "Runner"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

NO_THREAD = -1


class Runner(Protocol):
    """What a portal needs of its driver."""

    def run(self, function: Callable[[], Coroutine[Any, Any, Any]], timeout: float | None = None) -> Task:
        """Run a coroutine function and wait for its end."""
        ...

    def is_inside(self) -> bool:
        """Whether this thread runs the loop now."""
        ...


class DrivenPortal(BlockingPortal):
    """Drives the loop in the caller's thread while `call` waits. Everything else is anyio's.

    Args:
        driver: The driver of the loop that the portal is made on.
    """

    def __init__(self, driver: Runner) -> None:
        super().__init__()
        self.driver = driver
        # anyio remembers the thread that made the portal, and refuses calls from it. Here that says nothing:
        # any thread may drive the loop, so it is asked each time who does.
        self._event_loop_thread_id = NO_THREAD

    def _check_running(self) -> None:
        super()._check_running()
        if self.driver.is_inside():
            raise RuntimeError("This method cannot be called from the event loop thread")

    def call(self, func: Callable[[*Ts], Awaitable[T] | T], *args: *Ts) -> T:
        """Call *func* on the loop, await what it returns if that can be awaited, and drive the loop meanwhile.

        Raises:
            RuntimeError: If the portal has been stopped, or this thread runs the loop now.
            DeadlockDetected: If nothing can ever end the call.
        """
        self._check_running()

        async def invoke() -> T:
            value = func(*args)
            return await cast("Awaitable[T]", value) if isawaitable(value) else value

        task = self.driver.run(invoke)
        if not task.is_done:
            raise DeadlockDetected(f"portal.call({func!r})", None, "\n".join(await_chain(task.coroutine)))
        try:
            return cast("T", task.result())
        except asyncio.CancelledError as error:
            raise CancelledError(*error.args) from error
