"""The thread that keeps an eye on a loop between the calls of a client.

It is started only when a timer, a file descriptor or a callback from another thread needs somebody to look after it.
It sleeps in the selector *without* driving the loop, so that a call in between costs no thread switch; only when
something is due does it take the baton.

Depends on: the sibling module ``quiescence``.
"""

from __future__ import annotations

import threading
from math import inf
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

from asgitest.testclient.driver.quiescence import dormant_threads

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Watched", "Watcher"]

LONGEST_SLEEP_SECONDS = 3600.0


class Watched(Protocol):
    """What the watcher needs of a driver."""

    def due(self) -> float | None:
        """Tell when the loop has to run by itself, in seconds of its clock."""
        ...

    def watches(self) -> bool:
        """Whether the loop watches a file descriptor."""
        ...

    def doze(self, timeout: float) -> None:
        """Sleep in the selector."""
        ...

    def time(self) -> float:
        """Return the loop's clock."""
        ...

    def try_turns(self) -> bool:
        """Take the baton if it is free and nobody waits for it, and run what is due; tell whether that was so."""
        ...

    def rouse(self) -> None:
        """End a `doze`."""
        ...


class Watcher:
    """A daemon thread for one loop, started when first needed.

    Args:
        watched: The driver of the loop.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._inbox: SimpleQueue[None] = SimpleQueue()
        self._ending = False
        self.parked = False
        """It waits for whoever drives the loop to leave it."""
        self._sleeps_until = inf
        """`inf` while awake, so that anything that becomes due meanwhile rouses it."""
        self.on_error: Callable[[BaseException], object] = _ignore

    def watch(self) -> None:
        """See to it that the thread looks at the loop in time. Called by whoever has just left the loop."""
        if self.parked:
            self._inbox.put(None)
            return
        due = self._watched.due()
        if self._thread is None:
            if due is not None or self._watched.watches():
                self._start()
        elif due is not None and due < self._sleeps_until:
            self._watched.rouse()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._ending:
                thread = threading.Thread(target=self._run, name="asgitest watcher", daemon=True)
                thread.start()
                self._thread = thread

    def is_asleep(self) -> bool:
        """Whether the thread was never needed."""
        return self._thread is None

    def ensure(self) -> None:
        """See to it that there is a thread, for a caller that cannot drive the loop itself."""
        if self._thread is None:
            self._start()

    def _run(self) -> None:
        ident = threading.get_ident()
        dormant_threads[ident] = self._is_dormant
        try:
            while not self._ending:
                try:
                    self._look()
                except BaseException as error:  # noqa: BLE001 - it belongs to the next call of the client
                    self.on_error(error)
        finally:
            del dormant_threads[ident]

    def _look(self) -> None:
        self._sleeps_until = inf
        due = self._watched.due()
        until = due if due is not None else self._watched.time() + LONGEST_SLEEP_SECONDS
        self._sleeps_until = until
        self._watched.doze(max(0.0, min(until - self._watched.time(), LONGEST_SLEEP_SECONDS)))
        self._sleeps_until = inf
        if not self._ending and not self._watched.try_turns():
            self._park()

    def _park(self) -> None:
        self.parked = True
        # Whoever drove may have left before it could see that: then nobody would ever wake this thread.
        if self._ending or self._watched.try_turns():
            self.parked = False
            return
        self._inbox.get()
        self.parked = False

    def _is_dormant(self) -> bool:
        return self.parked or (self._watched.due() is None and not self._watched.watches())

    def end(self, timeout: float) -> bool:
        """End the thread, and tell whether it has ended within *timeout* seconds."""
        with self._starting:
            self._ending = True
            thread = self._thread
        if thread is None:
            return True
        self._inbox.put(None)
        self._watched.rouse()
        thread.join(timeout)
        return not thread.is_alive()


def _ignore(error: BaseException) -> None:
    del error
