"""Every private name of asyncio that the drivers touch, each with its reason, and a test that they still work.

When `missing` finds anything, drivers that step a loop from the caller's thread use the public API instead, which costs
a few microseconds a call and nothing else.

Present and unchanged in CPython 3.11, 3.12 and 3.13. Depends on: asyncio.
"""

# ruff: noqa: SLF001 - this module exists to name them

from __future__ import annotations

import asyncio
import sys
from asyncio import events
from asyncio.base_events import _run_until_complete_cb as run_until_complete_cb  # type: ignore[attr-defined]
from threading import get_ident
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Coroutine
    from contextvars import Context

__all__ = [
    "EAGER",
    "PrivateLoop",
    "begin_task",
    "get_running_loop",
    "missing",
    "run_until_complete_cb",
    "set_running_loop",
]

# What get_running_loop() reads. A loop whose iterations are run one at a time must set it, or no code in them finds it.
set_running_loop = events._set_running_loop  # listed in asyncio.events.__all__, but not documented
# The same as get_running_loop() without raising: asked before each call, where the exception would cost the most.
get_running_loop = events._get_running_loop  # listed in asyncio.events.__all__, but not documented

# From 3.12 on a task can run its first step where it is made.
EAGER = sys.version_info >= (3, 12)


class PrivateHandle(Protocol):
    """A callback that the loop has been given."""

    _cancelled: bool
    """A cancelled timer stays on the heap; it is none to wait for."""
    _when: float

    def _run(self) -> None:
        """Run the callback in its context and report its exception. For the first step of a task on 3.11."""


class PrivateLoop(Protocol):
    """What `asyncio.BaseEventLoop` keeps to itself."""

    _ready: deque[PrivateHandle]
    """Callbacks that are due. Whether there are any decides between another turn and sleep."""
    _scheduled: list[PrivateHandle]
    """The heap of timers. Its head is when the loop has to run next."""
    _thread_id: int | None
    """What `is_running` reads; eager tasks, asyncio's debug mode and subprocesses look at it."""
    _asyncgens: Any
    """The async generators that are open. Only when there are any does closing need turns for them."""

    def _run_once(self) -> None:
        """Run one turn: poll, then run what is ready. This is all that stepping a loop means."""

    def _asyncgen_firstiter_hook(self, agen: Any) -> None:
        """Note an async generator. The hooks belong to whichever thread runs the loop at the moment."""

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """Close an async generator that was dropped."""

    def _set_coroutine_origin_tracking(self, enabled: bool) -> None:
        """Switch a part of debug mode that belongs to the running thread."""


def begin_task(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, Any],
    name: str | None,
    context: Context | None,
) -> asyncio.Task[Any]:
    """Make a task and run its first step here and now. *loop* must be the running one."""
    if EAGER:  # pragma: no cover - by version
        return asyncio.Task(coroutine, loop=loop, name=name, context=context, eager_start=True)  # type: ignore[call-arg, unused-ignore]  # new in 3.12
    # pragma: no cover - by version
    task = asyncio.Task(coroutine, loop=loop, name=name, context=context)
    # The task has put its first step at the end of the queue. (Should another thread have put something there since,
    # that runs now, and the step in its turn.)
    loop._ready.pop()._run()  # type: ignore[attr-defined]
    return task


def missing() -> str | None:
    """Try all of them once on a loop of its own.

    Returns:
        `None` when everything works as expected, else what does not.
    """
    loop = asyncio.SelectorEventLoop()
    try:
        return _try(loop, loop)  # type: ignore[arg-type]  # the protocol describes what is under test
    except Exception as error:  # noqa: BLE001 - any failure means the same
        return f"{type(error).__name__}: {error}"
    finally:
        set_running_loop(None)
        if isinstance(getattr(loop, "_thread_id", None), int):
            loop._thread_id = None  # type: ignore[attr-defined]
        loop.close()


def _try(loop: asyncio.AbstractEventLoop, private: PrivateLoop) -> str | None:
    seen: list[str] = []
    hooks: tuple[Callable[..., object], ...] = (
        private._asyncgen_firstiter_hook,
        private._asyncgen_finalizer_hook,
        private._set_coroutine_origin_tracking,
        run_until_complete_cb,
    )

    async def first() -> None:
        seen.append("first step")
        await asyncio.sleep(0)
        seen.append("second step")
        await asyncio.sleep(0.0001)

    private._thread_id = get_ident()
    set_running_loop(loop)
    task = begin_task(loop, first(), "self-test", None)
    expectations = {
        "the first step runs at once": seen == ["first step"],
        "is_running() believes the thread id": loop.is_running(),
        "the next step is in the queue": len(private._ready) == 1,
    }
    private._run_once()
    expectations["one turn runs one step"] = seen == ["first step", "second step"]
    expectations["a timer is on the heap"] = (
        len(private._scheduled) == 1
        and private._scheduled[0]._when <= loop.time() + 1
        and not private._scheduled[0]._cancelled
    )
    while not task.done():
        private._run_once()
    expectations["hooks are callable"] = all(map(callable, hooks))
    expectations["generators are counted"] = len(private._asyncgens) == 0
    return next((sentence for sentence, holds in expectations.items() if not holds), None)
