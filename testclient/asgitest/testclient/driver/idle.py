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
from asgitest.testclient.driver.private_asyncio import get_running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.testclient.driver.interface import Driver
    from asgitest.testclient.driver.outcome import LeakReport

__all__ = ["give_back", "take"]

_of_other_processes: list[Driver] = []
"""Never closed here: closing a loop after a fork would disturb the parent, with which its selector is shared."""


class _Loan:
    """Whether a driver is in use."""

    __slots__ = ("is_out",)

    def __init__(self) -> None:
        self.is_out = False


class _Kept:
    """A driver that is open, and idle or on loan; an idle one is closed when its thread or the interpreter ends."""

    __slots__ = ("__weakref__", "driver", "end", "loan", "process")

    def __init__(self, driver: BatonDriver) -> None:
        self.driver = driver
        self.process = os.getpid()
        self.loan = _Loan()
        self.end = weakref.finalize(self, _close, driver, self.process, self.loan)


class _Shelf(threading.local):
    """Where the thread keeps its driver."""

    kept: _Kept | None = None


_shelf = _Shelf()


def take(make: Callable[[], Driver]) -> Driver:
    """Take the idle driver of this thread, or make one and open it.

    Args:
        make: Makes a driver that is not yet open.
    """
    kept = _shelf.kept
    if kept is not None and not kept.loan.is_out and get_running_loop() is None:
        if kept.process == os.getpid():
            kept.loan.is_out = True
            return kept.driver
        _shelf.kept = None
    driver = make()
    driver.open()
    return driver


def give_back(driver: Driver) -> LeakReport:
    """End what the app has left, and keep *driver* for the next one who asks; close it if it is not as good as new."""
    kept = _shelf.kept
    if type(driver) is not BatonDriver or not (kept is None or kept.loan.is_out) or get_running_loop() is not None:
        return driver.close()
    try:
        report = driver.sweep_now()
        is_as_new = not report.stuck and driver.is_as_new()
    except BaseException:
        _forget(driver)
        driver.close()
        raise
    if not is_as_new:
        _forget(driver)
        return driver.close() or report
    if kept is not None and kept.driver is driver:
        kept.loan.is_out = False
    else:
        _shelf.kept = _Kept(driver)
    return report


def _forget(driver: Driver) -> None:
    """Keep a driver no longer that is about to be closed."""
    kept = _shelf.kept
    if kept is not None and kept.driver is driver:
        _shelf.kept = None


def _close(driver: Driver, process: int, loan: _Loan) -> None:
    if loan.is_out:
        return  # whoever has it gives it back, or closes it
    if process == os.getpid():
        driver.close()
    else:
        _of_other_processes.append(driver)
