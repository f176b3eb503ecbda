"""Runs one lifespan of the app: startup, and later shutdown, each with a deadline.

Source: ASGI lifespan 2.0. Depends on: the test client's core, the records.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.json_values import is_object
from asgitest.conformance.records import LifespanRecord, broken_rules
from asgitest.testclient.asgi import UVICORN, LifespanExchange, build_lifespan_scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asgitest.conformance.deadlines import Deadlines
    from asgitest.conformance.records import RuleBroken

__all__ = ["LifespanRun"]

_GRACE_SECONDS = 0.5
_TURNS = 5
_TERMINAL = {
    "lifespan.startup.complete",
    "lifespan.startup.failed",
    "lifespan.shutdown.complete",
    "lifespan.shutdown.failed",
}


class LifespanRun:
    """One lifespan: :meth:`start` once, then :meth:`stop` once.

    Args:
        app: An ASGI 3 application.
        deadlines: Of the loop.
        timeout_seconds: The deadline of startup, and of shutdown.
    """

    def __init__(self, app: Callable[..., Awaitable[Any]], deadlines: Deadlines, *, timeout_seconds: float) -> None:
        self._app = app
        self._deadlines = deadlines
        self._timeout_seconds = timeout_seconds
        self._state: dict[str, Any] = {}
        self._scope = build_lifespan_scope(state=self._state, profile=UVICORN)
        self._exchange = LifespanExchange(self._scope, profile=UVICORN)
        self._task: asyncio.Task[None] | None = None
        self._arrived: asyncio.Event = asyncio.Event()
        self._answered: asyncio.Event = asyncio.Event()
        self._answer = ""
        self._message = ""
        self._error: BaseException | None = None
        self._received = 0
        self._before: set[asyncio.Task[Any]] = set()
        self._started: LifespanRecord | None = None

    async def start(self) -> LifespanRecord:
        """Run startup.

        Returns:
            The record; its outcome is ``started``, ``failed``, ``unsupported`` (the app raised before it received
            anything, or for the scope type), ``silent`` (it returned without an answer) or ``hung``.
        """
        self._before = asyncio.all_tasks()
        self._exchange.client_startup()
        self._task = asyncio.get_running_loop().create_task(self._call())
        answered = await self._wait()
        self._started = self._record_of_startup(answered=answered)
        if self._started.outcome != "started":
            await self._end()
            self._started = replace(self._started, tasks_left=await self._tasks_left())
        return self._started

    def _record_of_startup(self, *, answered: bool) -> LifespanRecord:
        outcome: Any = "hung"
        if self._answer == "lifespan.startup.complete":
            outcome = "started"
        elif self._answer == "lifespan.startup.failed":
            outcome = "failed"
        elif self._error is not None:
            outcome = "failed" if self._received and not _refuses_scope(self._error) else "unsupported"
        elif answered:
            outcome = "silent"
        return LifespanRecord(
            outcome=outcome,
            message=self._message,
            exception=self._error,
            broken=self._broken(),
            state=self._state,
        )

    async def stop(self, *, timeout_seconds: float | None = None) -> LifespanRecord | None:
        """Run shutdown; None when startup did not succeed.

        Args:
            timeout_seconds: In place of the deadline that startup had.
        """
        self._timeout_seconds = timeout_seconds or self._timeout_seconds
        if self._started is None or self._started.outcome != "started":
            return None
        self._forget()
        self._exchange.client_shutdown()
        self._arrived.set()
        if self._task is not None and self._task.done():
            answered = True
        else:
            answered = await self._wait()
        outcome: Any = "hung" if not answered else "complete"
        if self._answer == "lifespan.shutdown.failed" or (self._error is not None and not self._answer):
            outcome = "failed"
        left = await self._tasks_left()
        record = LifespanRecord(
            outcome="started",
            shutdown=outcome,
            message=self._message,
            exception=self._error,
            broken=self._broken(),
            tasks_left=left,
            state=self._state,
        )
        await self._end()
        return record

    def _forget(self) -> None:
        """Forget the answer to startup; the next one is that to shutdown."""
        self._answer = self._message = ""
        self._answered.clear()

    async def _tasks_left(self) -> tuple[str, ...]:
        """Name the tasks that started with the lifespan and still run, after some turns of the loop."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        left = asyncio.all_tasks() - self._before - {self._task}
        current = asyncio.current_task()
        return tuple(sorted(_describe(task) for task in left if task is not current and not task.done()))

    def _broken(self) -> tuple[RuleBroken, ...]:
        return broken_rules(self._exchange.findings)

    async def _wait(self) -> bool:
        """Wait for an answer or the end of the app; tell whether either came in time."""
        self._deadlines.add(self, self._timeout_seconds, self._answered.set)
        await self._answered.wait()
        self._deadlines.discard(self)
        return bool(self._answer) or (self._task is not None and self._task.done()) or self._error is not None

    async def _end(self) -> None:
        """Let the app's task end; cancel it if it does not."""
        task = self._task
        if task is None:
            return
        if not task.done():
            await asyncio.wait([task], timeout=_GRACE_SECONDS if self._answer else 0)
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=_GRACE_SECONDS)

    async def _call(self) -> None:
        try:
            value = await self._app(self._scope, self._receive, self._send)
        except asyncio.CancelledError:
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  whatever it is, it is what the app did
            self._error = error
            self._exchange.app_raised(error)
        else:
            self._exchange.app_returned(value)
        finally:
            self._answered.set()

    async def _receive(self) -> Any:
        while (message := self._exchange.next_message()) is None:
            self._arrived.clear()
            await self._arrived.wait()
        self._received += 1
        return message

    async def _send(self, message: Any) -> None:
        self._exchange.app_sent(message)
        if is_object(message) and message.get("type") in _TERMINAL:
            self._answer = str(message["type"])
            self._message = str(message.get("message", ""))
            self._answered.set()


def _refuses_scope(error: BaseException) -> bool:
    """Tell whether an exception says that the scope's type is not supported."""
    return isinstance(error, NotImplementedError | AssertionError) or "lifespan" in str(error).lower()


def _describe(task: asyncio.Task[Any]) -> str:
    """Name what a task runs."""
    coroutine = task.get_coro()
    return getattr(coroutine, "__qualname__", None) or task.get_name()
