"""A portal of anyio into a loop that nobody runs until somebody waits."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient.driver import Driver, make_driver
from asgitest.testclient.errors import DeadlockDetected

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["baton", "public", "thread"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Every driver that has a loop of its own on asyncio."""
    driver = make_driver(request.param)
    driver.open()
    yield driver
    driver.close()


def test_a_coroutine_function_and_a_plain_one_are_called(driver: Driver) -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0)
        return 2 * number

    portal = driver.portal()

    assert portal.call(double, 4) == 8
    assert portal.call(len, "four") == 4


def test_an_error_is_raised_as_it_is(driver: Driver) -> None:
    error = LookupError("not there")

    async def fail() -> None:
        raise error

    with pytest.raises(LookupError) as caught:
        driver.portal().call(fail)
    assert caught.value is error


def test_a_call_that_cancels_itself_ends_as_cancelled(driver: Driver) -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises((CancelledError, asyncio.CancelledError)):
        driver.portal().call(give_up)


def test_a_context_manager_is_wrapped_and_a_task_started(driver: Driver) -> None:
    ended = threading.Event()

    async def tick() -> str:
        await asyncio.sleep(0)
        ended.set()
        return "ticked"

    future = driver.portal().start_task_soon(tick)

    assert future.result(5) == "ticked"
    assert ended.is_set()


def test_a_call_that_can_never_end_says_so() -> None:
    driver = make_driver("baton")
    driver.open()

    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockDetected, match=r"portal\.call"):
        driver.portal().call(forever)
    driver.close()


@pytest.mark.parametrize("kind", ["baton", "public"])
def test_the_loop_cannot_call_into_itself(kind: Any) -> None:
    driver = make_driver(kind)
    driver.open()
    portal = driver.portal()

    async def inside() -> None:
        portal.call(len, "")

    with pytest.raises(RuntimeError, match="event loop thread"):
        portal.call(inside)
    driver.close()
