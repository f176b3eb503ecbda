"""Chooses a driver by name.

Depends on: the sibling modules.
"""

from __future__ import annotations

import functools
import select
import warnings
from typing import TYPE_CHECKING, Any, Literal

from asgitest.testclient.driver import private_asyncio
from asgitest.testclient.driver.baton import BatonDriver
from asgitest.testclient.driver.driven_loop import DrivenLoop, VirtualTimeLoop
from asgitest.testclient.driver.loop_thread import AdoptedPortalDriver, PortalDriver, ThreadDriver
from asgitest.testclient.driver.own_asyncio import OwnAsyncioDriver
from asgitest.testclient.driver.private_engine import PrivateEngine
from asgitest.testclient.driver.public_engine import PublicEngine
from asgitest.testclient.errors import DriverWarning, MisuseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.driver.interface import Backend, Driver

__all__ = ["Clock", "Kind", "driver_of", "make_driver"]

Kind = Literal["auto", "baton", "public", "thread", "trio", "own"]
Clock = Literal["real", "virtual"]

# With these a second thread may sleep in a selector whose registrations change meanwhile.
CAN_WATCH = hasattr(select, "epoll") or hasattr(select, "kqueue")


def make_driver(
    kind: Kind = "auto",
    *,
    backend: Backend = "asyncio",
    backend_options: Mapping[str, Any] | None = None,
    clock: Clock = "real",
    parked_root: bool = True,
) -> Driver:
    """Make a driver, not yet open.

    Args:
        kind: Which; ``"auto"`` is the best one for *backend* and its options on this interpreter.
        backend: Which kind of loop.
        backend_options: What ``anyio.run`` takes under this name.
        clock: ``"virtual"`` lets the time of an asyncio loop jump to the next timer when nothing else is ready.
        parked_root: Whether anyio may keep worker threads as long as the driver is open.

    Raises:
        MisuseError: If the driver, the backend, its options and the clock do not go together.
    """
    options = dict(backend_options or {})
    debug: bool | None = options.pop("debug", None) if backend == "asyncio" else None
    foreign_loop = backend == "trio" or any(options.values())
    if clock == "virtual" and (foreign_loop or kind in {"trio", "own"}):
        raise MisuseError(
            "virtual time needs one of asgitest's own asyncio loops: leave out backend and backend_options"
        )
    if kind == "own":
        return _make_own(backend)
    if kind == "trio" or (kind == "auto" and foreign_loop):
        return PortalDriver("trio" if kind == "trio" and not backend_options else backend, backend_options)
    if foreign_loop:
        raise MisuseError(
            f'the driver "{kind}" runs plain asyncio only: use driver="trio" for {backend} and its options'
        )
    if kind == "thread" or not CAN_WATCH:
        return ThreadDriver(virtual_time=clock == "virtual", debug=debug, parked_root=parked_root)
    loop = VirtualTimeLoop() if clock == "virtual" else DrivenLoop()
    if debug is not None:
        loop.set_debug(debug)
    if kind == "public" or (kind == "auto" and not _can_step()):
        return BatonDriver(PublicEngine(loop), name="public", parked_root=parked_root)
    return BatonDriver(PrivateEngine(loop), parked_root=parked_root)


def driver_of(portal: BlockingPortal) -> Driver:
    """Give the driver of a portal: the one that made it, or else one that uses the loop behind it, already open."""
    maker: Driver | None = getattr(portal, "driver", None)
    if maker is not None:
        return maker
    driver = AdoptedPortalDriver(portal)
    driver.open()
    return driver


def _make_own(backend: Backend) -> Driver:
    if backend == "trio":
        from asgitest.testclient.driver.own_trio import OwnTrioDriver  # noqa: PLC0415 - trio is optional

        return OwnTrioDriver()
    return OwnAsyncioDriver()


@functools.cache
def _can_step() -> bool:
    """Whether loops can be stepped with private names here; says so once if not."""
    problem = private_asyncio.missing()
    if problem is not None:
        warnings.warn(
            f"this Python's asyncio is not as expected ({problem}); driving it through its public API, a little slower",
            DriverWarning,
            stacklevel=3,
        )
    return problem is None
