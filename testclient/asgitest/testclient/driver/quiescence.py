"""Tells whether anything outside a loop can still give it something to do.

A deadlock is certain only if no thread of the process can end it. A thread counts as able to unless it is known to
wait for work that nobody will give it: an idle worker of a pool, or a bystander such as the timer of a test runner.
What a thread does is judged by the innermost frames of its stack.

Depends on: the standard library, without asyncio.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from asgitest.testclient.driver.tasks import describe_frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = [
    "busy_worker_threads",
    "busy_workers",
    "dormant_threads",
    "quiescent_outside",
    "stack_of",
    "thread_frames",
    "worker_stacks",
]

# Where an idle worker waits: the end of a file's path, and the qualified name of the function in it
# that runs when there is no work. The thread of a portal runs another function of that file: it is no worker.
IDLE = (
    (os.path.join("concurrent", "futures", "thread.py"), "_worker"),  # noqa: PTH118 - the end of a string
    (os.path.join("trio", "_core", "_thread_cache.py"), "WorkerThread._work"),  # noqa: PTH118 - likewise
    (os.path.join("anyio", "_backends", "_asyncio.py"), "WorkerThread.run"),  # noqa: PTH118 - likewise
)
# The first of these frames from outside is how pools run their work; a stack with such a frame belongs to a worker.
WORKER_FUNCTIONS = frozenset({"_worker", "_work", "run"})
# Threads of these packages watch the test run; they give no app anything.
BYSTANDERS = frozenset({"pytest_timeout", "execnet", "xdist", "pydevd", "_pydevd_bundle", "debugpy", "faulthandler"})

dormant_threads: dict[int, Callable[[], bool]] = {}
"""Threads of our own drivers, each with a function that says whether it sleeps until it is woken."""


def thread_frames() -> dict[int, FrameType]:
    """List the innermost frame of every thread, by the thread's identifier."""
    # The name has an underscore, but it is documented.
    return sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001


def busy_workers() -> bool:
    """Whether a worker thread of a known pool runs something now, or asyncio waits for a child process in a thread."""
    current = threading.get_ident()
    return any(
        ident != current and ident not in dormant_threads and (_is_busy_worker(frame) or _waits_for_child(frame))
        for ident, frame in thread_frames().items()
    )


def quiescent_outside() -> bool:
    """Whether no thread but this one can do anything by itself."""
    current = threading.get_ident()
    for ident, frame in thread_frames().items():
        if ident == current or _is_idle_worker(frame) or _is_bystander(frame) or _waits_for_another(frame):
            continue
        asleep = dormant_threads.get(ident)
        if asleep is None or not asleep():
            return False
    return True


def busy_worker_threads() -> list[threading.Thread]:
    """List the worker threads that run something now."""
    frames = thread_frames()
    current = threading.get_ident()
    return [
        thread
        for thread in threading.enumerate()
        if thread.ident is not None
        and thread.ident != current
        and thread.ident in frames
        and _is_busy_worker(frames[thread.ident])
    ]


def worker_stacks() -> str:
    """Describe the stacks of worker threads that run something now.

    Returns:
        For each a line with the name of the thread, and an indented line for each frame of the work, outermost first.
    """
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    lines: list[str] = []
    for ident, frame in thread_frames().items():
        if ident != threading.get_ident() and _is_busy_worker(frame):
            lines.append(f"{names.get(ident, f'thread {ident}')}:")
            lines.extend(f"  {describe_frame(inner)}" for inner in _work(frame))
    return "\n".join(lines)


def stack_of(frame: FrameType) -> list[FrameType]:
    """List the frames of a stack, innermost first."""
    frames: list[FrameType] = []
    current: FrameType | None = frame
    while current is not None:
        frames.append(current)
        current = current.f_back
    return frames


def _runs_pool(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name in WORKER_FUNCTIONS and any(
        code.co_qualname == function and code.co_filename.endswith(path) for path, function in IDLE
    )


def _is_idle_worker(frame: FrameType) -> bool:
    """Whether the pool's own function is innermost, but for the queue and lock it waits in."""
    current: FrameType | None = frame
    called: FrameType | None = None
    while current is not None and current.f_globals.get("__name__") in {"queue", "threading"}:
        called, current = current, current.f_back
    # A worker that was told to wait for an event does so without the queue.
    asks_queue = called is None or called.f_globals.get("__name__") == "queue"
    return current is not None and asks_queue and _runs_pool(current)


def _is_busy_worker(frame: FrameType) -> bool:
    return not _is_idle_worker(frame) and any(_runs_pool(inner) for inner in stack_of(frame))


def _work(frame: FrameType) -> list[FrameType]:
    """List the frames of the work that a worker does, outermost first."""
    frames = stack_of(frame)
    pool = next(index for index, inner in enumerate(frames) if _runs_pool(inner))
    return frames[:pool][::-1]


def _waits_for_child(frame: FrameType) -> bool:
    return frame.f_code.co_name == "_do_waitpid"


def _waits_for_another(frame: FrameType) -> bool:
    """Whether the thread sleeps until another thread notifies it: it does nothing by itself, such as a log listener."""
    code = frame.f_code
    return code is _CONDITION_WAIT and frame.f_locals.get("timeout") is None


_CONDITION_WAIT = threading.Condition.wait.__code__


def _is_bystander(frame: FrameType) -> bool:
    return any(str(inner.f_globals.get("__name__")).partition(".")[0] in BYSTANDERS for inner in stack_of(frame))
