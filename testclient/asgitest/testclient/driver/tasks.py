"""The handle of a coroutine that runs on the loop, and what a task that is stuck can tell about itself.

Depends on: asyncio for its exception, and the sibling module ``signals``.
"""

from __future__ import annotations

import linecache
from asyncio import CancelledError
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import CodeType, FrameType

    from asgitest.testclient.driver.outcome import Outcome
    from asgitest.testclient.driver.signals import Signal

__all__ = ["Task", "await_chain"]


class Counting(Protocol):
    """A loop that counts the tasks that a driver has begun."""

    tasks_open: int


class Task:
    """A coroutine that a driver runs.

    An exception of the coroutine is kept for `result` as the very object it was, `KeyboardInterrupt`,
    `SystemExit` and cancellation included; it never disturbs the loop.

    Args:
        coroutine: What to run.
        make_signal: Makes a signal of the driver.
    """

    is_done = False
    """Whether the coroutine has ended; may be asked from any thread."""
    outcome: Outcome | None = None
    """How the wait of a driver's ``run`` ended."""
    stop: Callable[[], object] | None = None
    """What the driver has for asking it to end, while it runs."""
    counted_by: Counting | None = None
    """The loop that counts it among its open tasks."""
    _done: Signal | None = None
    _value: Any = None
    _error: BaseException | None = None

    def __init__(self, coroutine: Coroutine[Any, Any, Any], make_signal: Callable[[], Signal]) -> None:
        self.coroutine = coroutine
        self._make_signal = make_signal

    @property
    def done(self) -> Signal:
        """Goes up when the coroutine has ended. It is made when it is asked for: most coroutines have ended by then."""
        signal = self._done
        if signal is None:
            signal = self.__dict__.setdefault("_done", self._make_signal())
            # Should the coroutine end in another thread now, then it sees this signal, or we see that it has ended.
            if self.is_done:
                signal.set()
        return signal

    def cancel(self) -> None:
        """Ask the coroutine to end; call it on the loop side, through ``poke``."""
        (self.stop or self.coroutine.close)()

    async def run(self) -> None:
        """Run the coroutine to its end. The driver's task does exactly this."""
        try:
            self._value = await self.coroutine
        except BaseException as error:  # noqa: BLE001 - it is handed to the test, whatever it is
            self._error = error
        # A call is kept as long as its response; the loop's task is not needed that long.
        self.stop = None
        self._end()
        # The traceback of the error holds this frame: without the next line frame and handle keep each other alive.
        del self

    def _end(self) -> None:
        self.is_done = True
        if self.counted_by is not None:
            self.counted_by.tasks_open -= 1
            self.counted_by = None
        if self._done is not None:
            self._done.set()

    def ended(self, _inner: object = None) -> None:
        """Note that the task that drove the coroutine has ended, which it may do before its first step."""
        if not self.is_done:
            self.coroutine.close()
            self._error = CancelledError()
            self._end()

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
        if not self.is_done:
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
