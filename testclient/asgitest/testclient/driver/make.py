"""Chooses a driver by name.

Depends on: the sibling modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from asgitest.testclient.driver.own_asyncio import OwnAsyncioDriver
from asgitest.testclient.driver.thread_driver import ThreadDriver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.testclient.driver.interface import Backend, Driver

__all__ = ["Clock", "Kind", "make_driver"]

Kind = Literal["auto", "baton", "public", "thread", "trio", "own"]
Clock = Literal["real", "virtual"]


def make_driver(
    kind: Kind = "auto",
    *,
    backend: Backend = "asyncio",
    backend_options: Mapping[str, Any] | None = None,
    clock: Clock = "real",
) -> Driver:
    """Make a driver, not yet open.

    Args:
        kind: Which; ``"auto"`` is the best one for *backend* on this interpreter.
        backend: Which kind of loop.
        backend_options: What ``anyio.run`` takes under this name.
        clock: ``"virtual"`` lets the time of an asyncio loop jump to the next timer when nothing else is ready.
    """
    if kind == "own":
        if backend == "trio":
            from asgitest.testclient.driver.own_trio import OwnTrioDriver  # noqa: PLC0415 - trio is optional

            return OwnTrioDriver()
        return OwnAsyncioDriver()
    return ThreadDriver()
