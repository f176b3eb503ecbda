"""Loops that wait to be used again by the next client: at most one in each thread.

Making a loop and closing it costs more than a whole request. So the loop of a client that is left, or of a request
outside a ``with`` block, is kept for the next one in the same thread, if the app has left nothing on it: no task, no
timer, no open generator, no thread, no handler. One that is not as good as new is closed.

Depends on: the sibling modules ``baton``, ``interface`` and ``private_asyncio``.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING

from asgitest.testclient.driver.baton import BatonDriver
from asgitest.testclient.driver.interface import complete
from asgitest.testclient.driver.private_asyncio import get_running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.testclient.driver.interface import Driver
    from asgitest.testclient.driver.outcome import LeakReport

__all__ = ["give_back", "take"]

_of_other_processes: list[Driver] = []
"""Never closed here: closing a loop after a fork would disturb the parent, with which its selector is shared."""


class _Kept:
    """A driver that is open and idle; it is closed when its thread or the interpreter ends."""

    __slots__ = ("__weakref__", "driver", "end", "process")

    def __init__(self, driver: BatonDriver) -> None:
        self.driver = driver
        self.process = os.getpid()
        self.end = weakref.finalize(self, _close, driver, self.process)


class _Shelf(threading.local):
    """Where the thread keeps its idle driver."""

    kept: _Kept | None = None


_shelf = _Shelf()


def take(make: Callable[[], Driver]) -> Driver:
    """Take the idle driver of this thread, or make one and open it.

    Args:
        make: Makes a driver that is not yet open.
    """
    kept = _shelf.kept
    if kept is not None and get_running_loop() is None:
        _shelf.kept = None
        if kept.process == os.getpid():
            kept.end.detach()
            return kept.driver
    driver = make()
    driver.open()
    return driver


def give_back(driver: Driver) -> LeakReport:
    """End what the app has left, and keep *driver* for the next one who asks; close it if it is not as good as new."""
    if type(driver) is BatonDriver and _shelf.kept is None and get_running_loop() is None:
        try:
            report = complete(driver.sweep())
        except BaseException:
            driver.close()
            raise
        if not report.stuck and driver.is_as_new():
            _shelf.kept = _Kept(driver)
            return report
        return driver.close() or report
    return driver.close()


def _close(driver: Driver, process: int) -> None:
    if process == os.getpid():
        driver.close()
    else:
        _of_other_processes.append(driver)
