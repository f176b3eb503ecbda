"""A loop that others drive, and the selector that lets them."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import TYPE_CHECKING

import pytest
from anyio.from_thread import start_blocking_portal

from asgitest.testclient.driver.driven_loop import DrivenLoop, DrivenSelector, VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def loop() -> Iterator[DrivenLoop]:
    loop = DrivenLoop()
    yield loop
    loop.close()


def test_only_what_an_app_registers_is_watched(loop: DrivenLoop) -> None:
    here, there = socket.socketpair()
    assert not loop.selector.watches()

    loop.add_reader(here, print)
    watched = loop.selector.watches()
    loop.remove_reader(here)

    assert watched
    assert not loop.selector.watches()
    here.close()
    there.close()


def test_a_signal_handler_is_something_to_watch_for(loop: DrivenLoop) -> None:
    """Signals come through the loop's own pipe."""
    loop.add_signal_handler(signal.SIGUSR2, print)

    assert loop.selector.watches()
    assert not loop.is_as_new()
    loop.remove_signal_handler(signal.SIGUSR2)


def test_a_set_executor_is_something_of_an_app(loop: DrivenLoop) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - for this test alone

    assert loop.is_as_new()

    loop.set_default_executor(ThreadPoolExecutor(1))

    assert not loop.is_as_new()


def test_most_polls_for_nothing_are_left_out() -> None:
    selector = DrivenSelector()
    polls: list[float | None] = []
    selector.before = polls.append
    here, there = socket.socketpair()
    selector.register(here, 1)
    there.send(b"x")

    found = [bool(selector.select(0)) for _ in range(16)]

    assert found == [False] * 15 + [True]
    assert polls == [0] * 16
    selector.close()
    here.close()
    there.close()


def test_virtual_time_jumps_to_the_next_timer() -> None:
    loop = VirtualTimeLoop()

    async def sleep_long() -> float:
        before = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - before

    assert loop.run_until_complete(sleep_long()) >= 3600
    loop.close()


def test_virtual_time_jumps_beside_the_portal_of_somebody_else() -> None:
    """The thread of a portal sleeps in its own loop; it is no worker that time has to wait for."""
    loop = VirtualTimeLoop()

    async def sleep_long() -> float:
        before = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - before

    with start_blocking_portal():
        assert loop.run_until_complete(sleep_long()) >= 3600
    loop.close()


def test_virtual_time_waits_for_a_worker_and_for_the_network() -> None:
    """A jump past them would end timeouts that no real clock would have ended."""
    loop = VirtualTimeLoop()
    here, there = socket.socketpair()
    here.settimeout(0.0)

    async def both() -> tuple[str, bytes]:
        async with asyncio.timeout(3600):
            worked = await loop.run_in_executor(None, lambda: "worked")
        async with asyncio.timeout(3600):
            there.send(b"x")
            return worked, await loop.sock_recv(here, 1)

    assert loop.run_until_complete(both()) == ("worked", b"x")
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    here.close()
    there.close()


def test_virtual_time_stands_still_while_nobody_looks() -> None:
    loop = VirtualTimeLoop()
    loop.virtual.may_jump = lambda: False

    async def sleep_briefly() -> float:
        await asyncio.sleep(0.001)
        return loop.virtual.jumped_seconds

    assert loop.run_until_complete(sleep_briefly()) == 0
    loop.close()
