"""Every private name of asyncio that the drivers touch, each with its reason, and a test that they still work.

When `missing` finds anything, drivers that step a loop from the caller's thread use the public API instead, which costs
a few microseconds a call and nothing else.

Present and unchanged in CPython 3.11, 3.12 and 3.13. Depends on: asyncio.
"""

# ruff: noqa: SLF001 - this module exists to name them
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import functools
import sys
from asyncio import base_events, events
from contextvars import copy_context
from threading import get_ident
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Coroutine, Sized
    from contextvars import Context

__all__ = [
    "EAGER",
    "LoopInternals",
    "begin_inner_task",
    "begin_task",
    "get_running_loop",
    "missing",
    "run_until_complete_cb",
]


def _find_running_loop() -> asyncio.AbstractEventLoop | None:
    """Find the running loop by public means, where the private name is missing."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _set_nothing(loop: asyncio.AbstractEventLoop | None) -> None:
    """Stand in for the private name where it is missing; `missing` finds out."""
    del loop


# What get_running_loop() reads. A loop whose iterations are run one at a time must set it, or no code in them finds it.
# Listed in asyncio.events.__all__, but not documented.
_set_running_loop: Callable[[asyncio.AbstractEventLoop | None], None] = getattr(
    events, "_set_running_loop", _set_nothing
)

# The same as get_running_loop() without raising: asked before each call, where the exception would cost the most.
# Listed in asyncio.events.__all__, but not documented.
get_running_loop: Callable[[], asyncio.AbstractEventLoop | None] = getattr(
    events, "_get_running_loop", _find_running_loop
)

# What run_until_complete() has put on the task that it runs: anyio looks for it, to find out which task is the root.
run_until_complete_cb: Callable[[asyncio.Task[Any]], object] | None = getattr(
    base_events, "_run_until_complete_cb", None
)

# From 3.12 on a task can run its first step where it is made.
EAGER = sys.version_info >= (3, 12)


class PrivateHandle(Protocol):
    """A callback that the loop has been given."""

    _cancelled: bool
    """A cancelled timer stays on the heap; it is none to wait for. A cancelled callback stays in the queue."""
    _when: float

    def _run(self) -> None:
        """Run the callback in its context and report its exception. All that a turn has to do without sleeping."""


class PrivateLoop(Protocol):
    """What `asyncio.BaseEventLoop` keeps to itself."""

    _ready: deque[PrivateHandle]
    """Callbacks that are due. Whether there are any decides between another turn and sleep."""
    _scheduled: list[PrivateHandle]
    """The heap of timers. Its head is when the loop has to run next."""
    _thread_id: int | None
    """What `is_running` reads; eager tasks, asyncio's debug mode and subprocesses look at it."""
    _asyncgens: Sized
    """The async generators that are open. Only when there are any does closing need turns for them."""

    def _run_once(self) -> None:
        """Run one turn: poll, then run what is ready. This is all that stepping a loop means."""

    def _asyncgen_firstiter_hook(self, agen: Any) -> None:
        """Note an async generator. The hooks belong to whichever thread runs the loop at the moment."""

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """Close an async generator that was dropped."""

    def _set_coroutine_origin_tracking(self, enabled: bool) -> None:
        """Switch a part of debug mode that belongs to the running thread."""


class LoopInternals:
    """The private side of one loop, for whoever steps it.

    Args:
        loop: Not running.
    """

    __slots__ = (
        "_finalizer",
        "_first_iteration",
        "_in_debug_mode",
        "_loop",
        "_outer_hooks",
        "_private",
        "_ready",
        "ready",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        private = self._private = cast("PrivateLoop", loop)
        self._ready = private._ready
        self.ready: Sized = self._ready
        """Callbacks that are due."""
        self._first_iteration = private._asyncgen_firstiter_hook
        self._finalizer = private._asyncgen_finalizer_hook
        self._outer_hooks: Any = ()
        self._in_debug_mode = False

    def enter(self) -> None:
        """Make this thread the one that runs the loop."""
        self._private._thread_id = get_ident()
        _set_running_loop(self._loop)
        self._outer_hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._first_iteration, self._finalizer)
        if self._loop.get_debug():
            self._in_debug_mode = True
            self._private._set_coroutine_origin_tracking(enabled=True)

    def leave(self) -> None:
        """Let go of the loop."""
        if self._in_debug_mode:
            self._in_debug_mode = False
            self._private._set_coroutine_origin_tracking(enabled=False)
        sys.set_asyncgen_hooks(*self._outer_hooks)
        _set_running_loop(None)
        self._private._thread_id = None

    def run_once(self) -> None:
        """Run one turn."""
        self._private._run_once()

    def run_ready(self) -> None:
        """Run one turn without a look at timers and file descriptors, which costs as much as the turn itself."""
        if self._in_debug_mode:
            self.run_once()
            return
        ready = self._ready
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def next_timer(self) -> float | None:
        """Tell when the next timer is due, in seconds of the loop's clock; `None` if there is none."""
        scheduled = self._private._scheduled
        if not scheduled:
            return None
        return min((handle._when for handle in tuple(scheduled) if not handle._cancelled), default=None)

    def has_generators(self) -> bool:
        """Whether any async generator is open."""
        return len(self._private._asyncgens) > 0


def begin_task(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, Any],
    *,
    name: str | None,
    context: Context | None,
) -> asyncio.Task[Any]:
    """Make a task and run its first step here and now. *loop* must be the running one."""
    if EAGER:  # pragma: no cover - by version
        return asyncio.Task(coroutine, loop=loop, name=name, context=context, eager_start=True)  # type: ignore[call-arg, unused-ignore]  # new in 3.12
    # pragma: no cover - by version
    # The task gives the loop its first step to call soon. It is caught on its way, which saves the loop five calls: for
    # as long as the task is made, an attribute of the loop stands before the method of its class.
    steps: list[Callable[[], object]] = []

    def call_soon(step: Callable[[], object], *, context: Context) -> None:  # noqa: ARG001 - it is the one below
        steps.append(step)

    inner_context = copy_context() if context is None else context
    private: Any = loop
    private.call_soon = call_soon
    try:
        task = asyncio.Task(coroutine, loop=loop, name=name, context=inner_context)
    finally:
        del private.call_soon
    inner_context.run(steps[0])
    return task


def begin_inner_task(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, Any],
    *,
    name: str | None,
    context: Context | None,
) -> asyncio.Task[Any]:
    """Make a task and run its first step here and now, inside the current task of *loop*."""
    if EAGER:  # pragma: no cover - by version
        return begin_task(loop, coroutine, name=name, context=context)
    # pragma: no cover - by version
    # On 3.11 a task that is inside another one has to be let in. The two functions are documented, in spite of their
    # names: https://docs.python.org/3.11/library/asyncio-extending.html
    outer = cast("asyncio.Task[Any]", asyncio.current_task(loop))
    asyncio._leave_task(loop, outer)
    try:
        return begin_task(loop, coroutine, name=name, context=context)
    finally:
        asyncio._enter_task(loop, outer)


@functools.cache
def missing() -> str | None:
    """Try all of them once on a loop of its own.

    Returns:
        `None` when everything works as expected, else what does not.
    """
    # The first client of a process may be made inside a running loop, which goes on afterwards.
    outer = get_running_loop()
    loop = asyncio.SelectorEventLoop()
    try:
        return _try(loop)
    except Exception as error:  # noqa: BLE001 - any failure means the same
        return f"{type(error).__name__}: {error}"
    finally:
        _set_running_loop(outer)
        loop.close()


def _try(loop: asyncio.AbstractEventLoop) -> str | None:
    seen: list[str] = []

    async def first() -> None:
        seen.append("first step")
        await asyncio.sleep(0)
        seen.append("second step")
        await asyncio.sleep(0.0001)

    internals = LoopInternals(loop)
    expectations = {
        "anyio can be told which task is the root": callable(run_until_complete_cb),
        "no timer is set": internals.next_timer() is None,
        "no generator is open": not internals.has_generators(),
    }
    internals.enter()
    try:
        task = begin_task(loop, first(), name="self-test", context=None)
        expectations["the first step runs at once"] = seen == ["first step"]
        expectations["the loop is the running one"] = get_running_loop() is loop and loop.is_running()
        expectations["the next step is in the queue"] = len(internals.ready) == 1
        internals.run_ready()
        expectations["one turn runs one step"] = seen == ["first step", "second step"]
        due = internals.next_timer()
        expectations["a timer is on the heap"] = due is not None and due <= loop.time() + 1
        while not task.done():
            internals.run_once()
    finally:
        internals.leave()
    expectations["the loop is left again"] = get_running_loop() is None and not loop.is_running()
    return next((sentence for sentence, holds in expectations.items() if not holds), None)
