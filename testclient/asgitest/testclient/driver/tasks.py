"""The handle of a coroutine that runs on the loop, and what a task that is stuck can tell about itself.

Depends on: asyncio for its exception, and the sibling module ``signals``.
"""

from __future__ import annotations

import linecache
from asyncio import CancelledError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import CodeType, FrameType

    from asgitest.testclient.driver.outcome import Outcome
    from asgitest.testclient.driver.signals import Signal

__all__ = ["Task", "await_chain"]


class Task:
    """A coroutine that a driver runs.

    An exception of the coroutine is kept for `result` as the very object it was, `KeyboardInterrupt`,
    `SystemExit` and cancellation included; it never disturbs the loop.

    Args:
        coroutine: What to run.
        done: Goes up when the coroutine has ended.
    """

    __slots__ = ("_error", "_value", "cancel", "coroutine", "done", "outcome")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], done: Signal) -> None:
        self.coroutine = coroutine
        self.done = done
        self.cancel: Callable[[], object] = coroutine.close
        """Ask the coroutine to end; call it on the loop side, through ``poke``."""
        self.outcome: Outcome | None = None
        """How the wait of a driver's ``run`` ended."""
        self._value: Any = None
        self._error: BaseException | None = None

    async def run(self) -> None:
        """Run the coroutine to its end. The driver's task does exactly this."""
        try:
            self._value = await self.coroutine
        except BaseException as error:  # noqa: BLE001 - it is handed to the test, whatever it is
            self._error = error
        # A call is kept as long as its response; the loop's task is not needed that long.
        self.cancel = self.coroutine.close
        self.done.set()
        # The traceback of the error holds this frame: without the next line frame and handle keep each other alive.
        del self

    def ended(self, _inner: object = None) -> None:
        """Note that the task that drove the coroutine has ended, which it may do before its first step."""
        if not self.done.is_set():
            self.coroutine.close()
            self._error = CancelledError()
            self.done.set()

    def result(self) -> Any:
        """Return what the coroutine returned, or raise what it raised.

        Raises:
            RuntimeError: If it has not ended yet.
        """
        error = self.exception()
        if error is not None:
            raise error
        return self._value

    def exception(self) -> BaseException | None:
        """Return what the coroutine raised, if it did.

        Raises:
            RuntimeError: If it has not ended yet.
        """
        if not self.done.is_set():
            raise RuntimeError("the task has not ended yet")
        return self._error


def await_chain(awaitable: object) -> list[str]:
    """Describe where a suspended coroutine waits, from its outermost frame to what it awaits in the end.

    Args:
        awaitable: A coroutine, generator or async generator that is suspended now; anything else has no chain.

    Returns:
        ``file:line in function: source line`` for each frame, then the ``repr`` of the object that is awaited,
        if it says anything.
    """
    lines: list[str] = []
    while awaitable is not None:
        frame = _frame(awaitable)
        if frame is None:
            lines.extend(_leaf(awaitable))
            break
        lines.append(describe_frame(frame))
        awaitable = _awaited(awaitable)
    return lines


def describe_frame(frame: FrameType) -> str:
    """Describe a frame in one line: file, line, function, and the text of the line."""
    code: CodeType = frame.f_code
    text = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals).strip()
    return f"{code.co_filename}:{frame.f_lineno} in {code.co_qualname}" + (f": {text}" if text else "")


def _frame(awaitable: object) -> FrameType | None:
    for name in ("cr_frame", "gi_frame", "ag_frame"):
        frame: FrameType | None = getattr(awaitable, name, None)
        if frame is not None:
            return frame
    return None


def _awaited(awaitable: object) -> object:
    for name in ("cr_await", "gi_yieldfrom", "ag_await"):
        inner: object = getattr(awaitable, name, None)
        if inner is not None:
            return inner
    return None


def _leaf(awaitable: object) -> list[str]:
    # The iterator of a future does not show its future; a bare type name would tell nobody anything.
    kind = type(awaitable).__name__
    return [] if kind in {"FutureIter", "coroutine", "generator", "async_generator"} else [kind]
