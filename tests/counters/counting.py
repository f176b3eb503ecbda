"""Count what an operation costs besides time, so that a gate on it cannot flake.

Counted are threads started, ``call_soon_threadsafe`` calls, turns of event loops, and voluntary context switches of the
calling thread (each is a wait for somebody else).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import resource
import threading
import tracemalloc
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.testclient.driver.private_asyncio import LoopInternals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPETITIONS = 50
BATCHES = 5
COUNTED = {
    "threads": (threading.Thread, "start"),
    "threadsafe_calls": (asyncio.BaseEventLoop, "call_soon_threadsafe"),
    "turns": (asyncio.BaseEventLoop, "_run_once"),
    "quick_turns": (LoopInternals, "run_ready"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one operation cost, as the mean over many."""

    threads: float
    threadsafe_calls: float
    turns: float
    """Of a loop, the quick ones included, which run what is ready and look at nothing else."""
    switches: float


def costs_of(operation: Callable[[], Any], repetitions: int = REPETITIONS) -> Costs:
    """Run *operation* warm, many times, and count.

    What else lives in the process (threads that earlier tests have left, a garbage collection) can only add to a count,
    so the least of several batches is what the operation costs by itself.
    """
    for _ in range(5):
        operation()
    batches = [_batch(operation, repetitions // BATCHES) for _ in range(BATCHES)]
    return Costs(**{each.name: min(getattr(batch, each.name) for batch in batches) for each in fields(Costs)})


def _batch(operation: Callable[[], Any], repetitions: int) -> Costs:
    with counters() as counts:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
        for _ in range(repetitions):
            operation()
        switches = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw - before
    counts["turns"] += counts.pop("quick_turns")
    return Costs(**{name: count / repetitions for name, count in counts.items()}, switches=switches / repetitions)


@contextlib.contextmanager
def counters() -> Iterator[dict[str, int]]:
    """Count calls of what ``COUNTED`` names, for the time of the block."""
    counts = dict.fromkeys(COUNTED, 0)
    with contextlib.ExitStack() as stack:
        for name, (owner, attribute) in COUNTED.items():
            original = getattr(owner, attribute)
            stack.callback(setattr, owner, attribute, original)
            setattr(owner, attribute, counted(counts, name, original))
        yield counts


def counted(counts: dict[str, int], name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """*original*, counting its calls."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        counts[name] += 1
        return original(*args, **kwargs)

    return call


def peak_bytes(operation: Callable[[], Any]) -> int:
    """How many bytes *operation* holds at most, beyond what was there before. Run warm."""
    operation()
    tracemalloc.start()
    try:
        operation()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def open_descriptors() -> int:
    """How many file descriptors the process has open."""
    return sum(1 for _ in Path("/dev/fd").iterdir())
