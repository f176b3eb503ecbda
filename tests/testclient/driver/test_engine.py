"""Stepping a loop, with private names and without: the root task that anyio looks for, and bounded turns."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from anyio.to_thread import run_sync

from asgitest.testclient.driver import Outcome, complete, make_driver
from asgitest.testclient.driver.engine import TURNS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["baton", "public"])
def driver(request: pytest.FixtureRequest) -> Iterator[Any]:
    driver = make_driver(request.param)
    driver.open()
    yield driver
    driver.close()


def test_worker_threads_stay_from_one_call_to_the_next(driver: Any) -> None:
    """Without a parked root anyio would start a thread for each call of a plain function."""
    threads = [whole(driver, lambda: run_sync(threading.get_ident)) for _ in range(3)]

    assert len(set(threads)) == 1


def test_worker_threads_end_with_the_driver(driver: Any) -> None:
    """They are no daemons: left behind, they would keep the interpreter from ending."""
    ident = whole(driver, lambda: run_sync(threading.get_ident))
    worker = next(thread for thread in threading.enumerate() if thread.ident == ident)

    driver.close()
    worker.join(10)

    assert not worker.is_alive()


def test_the_end_of_the_root_leaves_no_stop_flag(driver: Any) -> None:
    """The callback that anyio looks for stops the loop: left in place, the next run would be one turn long."""
    driver._engine.end_root()

    async def three_turns() -> str:
        for _ in range(3):
            await asyncio.sleep(0)
        return "ended"

    assert whole(driver, three_turns) == "ended"


def test_a_root_is_parked_once(driver: Any) -> None:
    root = driver._engine._root

    driver.open()

    assert driver._engine._root is root


def test_ready_callbacks_get_their_turns_but_not_for_ever(driver: Any) -> None:
    """A callback that always makes another one must not keep the test from going on."""
    seen: list[int] = []
    turns: list[str] = []

    def again() -> None:
        if threading.get_ident() == here:
            turns.append("here")
        asyncio.get_running_loop().call_soon(again)

    here = threading.get_ident()
    complete(driver.poke(again))
    seen.append(len(turns))

    # From here on the watcher's thread goes on with it.
    assert 1 < seen[0] <= TURNS + 1


def test_an_app_that_is_always_ready_does_not_outlast_its_deadline(driver: Any) -> None:
    async def busy() -> None:
        while True:  # noqa: ASYNC110 - that it is always ready is what is tested
            await asyncio.sleep(0)

    task = driver.start(busy)

    assert complete(driver.wait(task.done, 0.05)) is Outcome.TIMED_OUT
    complete(driver.poke(task.cancel))
    assert task.done.is_set()


def test_a_wait_for_nothing_is_a_deadlock(driver: Any) -> None:
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    task = driver.start(forever)

    assert complete(driver.wait(task.done, 30)) is Outcome.DEADLOCK
    complete(driver.poke(task.cancel))


def test_an_error_of_a_poked_function_is_raised_here(driver: Any) -> None:
    error = LookupError("poked")

    def fail() -> None:
        raise error

    with pytest.raises(LookupError) as caught:
        complete(driver.poke(fail))
    assert caught.value is error


def test_ctrl_c_inside_a_request_leaves_a_driver_that_works(driver: Any) -> None:
    async def interrupted() -> None:
        raise KeyboardInterrupt

    async def afterwards() -> str:
        await asyncio.sleep(0)
        return "works"

    with pytest.raises(KeyboardInterrupt):
        whole(driver, interrupted)

    assert whole(driver, afterwards) == "works"


def test_an_open_generator_is_closed_with_the_loop(driver: Any) -> None:
    closed: list[str] = []

    async def endless() -> Any:
        try:
            while True:
                yield 1
        finally:
            closed.append("closed")

    generator = endless()
    whole(driver, lambda: anext(generator))

    driver.close()

    assert closed == ["closed"]


def whole(driver: Any, function: Any) -> Any:
    """Run a coroutine function to its end and return its result."""

    async def call() -> Any:
        return await function()

    task = driver.start(call)
    complete(driver.wait(task.done, 30))
    return task.result()
