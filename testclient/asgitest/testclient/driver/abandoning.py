"""Gives up on worker threads that never come back, so that the interpreter does not wait for them when it exits.

Threads of pools are no daemons: the interpreter joins them at its end, and a plain function of an app that blocks for
ever would keep the process for ever. What Python offers against that is private: it is there in 3.11 and 3.12; from
3.13 on the list of threads to join is kept in C, and nothing happens here.

Depends on: the standard library, and the sibling module ``quiescence``.
"""

from __future__ import annotations

import threading
from concurrent.futures import thread as pools
from typing import Any

from asgitest.testclient.driver.quiescence import busy_worker_threads

__all__ = ["abandon_workers"]


def abandon_workers() -> None:
    """Let the interpreter exit although worker threads still run something."""
    for thread in busy_worker_threads():
        _forget(thread)


def _forget(thread: threading.Thread) -> None:
    queues: Any = getattr(pools, "_threads_queues", {})
    queues.pop(thread, None)
    none: set[Any] = set()
    locks: Any = getattr(threading, "_shutdown_locks", none)
    locks.discard(getattr(thread, "_tstate_lock", None))
