"""The driver that borrows the asyncio loop its caller runs in."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from asgitest.testclient.driver import Outcome, own_asyncio
from asgitest.testclient.driver.own_asyncio import OwnAsyncioDriver


async def forever() -> None:
    await asyncio.Event().wait()


def run(scenario: Any) -> Any:
    driver = OwnAsyncioDriver()
    driver.open()
    return asyncio.run(scenario(driver))


def test_a_task_runs_until_it_has_to_wait() -> None:
    async def scenario(driver: OwnAsyncioDriver) -> list[str]:
        seen: list[str] = []

        async def work() -> str:
            seen.append("begun")
            await asyncio.sleep(0)
            return "done"

        task = driver.start(work, name="work")
        await driver.wait(task.done, 60)
        return [*seen, task.result()]

    assert run(scenario) == ["begun", "done"]


def test_a_task_can_be_started_where_no_task_runs() -> None:
    """From a callback of the loop."""

    async def scenario(driver: OwnAsyncioDriver) -> Any:
        started: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def work() -> str:
            return "done"

        asyncio.get_running_loop().call_soon(lambda: started.set_result(driver.start(work)))
        task = await started
        await driver.wait(task.done, 60)
        return task.result()

    assert run(scenario) == "done"


def test_a_wait_ends_with_the_signal_at_the_deadline_or_at_once() -> None:
    async def scenario(driver: OwnAsyncioDriver) -> list[Outcome]:
        later, never, before = driver.signal(), driver.signal(), driver.signal()
        asyncio.get_running_loop().call_later(0.001, later.set)
        before.set()
        return [await driver.wait(later, None), await driver.wait(never, 0.001), await driver.wait(before, 0.0)]

    assert run(scenario) == [Outcome.READY, Outcome.TIMED_OUT, Outcome.READY]


def test_what_is_poked_runs_here_and_callbacks_after_it() -> None:
    async def scenario(driver: OwnAsyncioDriver) -> list[str]:
        seen: list[str] = []
        value = await driver.poke(lambda: asyncio.get_running_loop().call_soon(seen.append, "callback"))
        return [*seen, type(value).__name__]

    assert run(scenario) == ["callback", "Handle"]


def test_what_needs_a_thread_beside_the_loop_is_refused() -> None:
    driver = OwnAsyncioDriver()

    with pytest.raises(RuntimeError, match="awaits poke"):
        driver.poke_now(print, "now")
    with pytest.raises(RuntimeError, match="has no portal"):
        driver.portal()
    assert driver.stacks() == ""


def test_what_is_left_is_cancelled_and_told() -> None:
    async def scenario(driver: OwnAsyncioDriver) -> Any:
        driver.start(forever, name="GET /")
        report = await driver.sweep()
        return report, await driver.aclose()

    swept, closed = run(scenario)

    assert [task.name for task in swept.tasks] == ["GET /"]
    assert any("in forever" in line for line in swept.tasks[0].chain)
    assert (swept.stuck, closed.tasks) == ((), ())


def test_a_task_that_takes_no_notice_is_told_as_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_asyncio, "GRACE_SECONDS", 0.01)

    async def scenario(driver: OwnAsyncioDriver) -> Any:
        async def stubborn() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await forever()
            await forever()

        driver.start(stubborn, name="stubborn")
        return await driver.aclose()

    assert run(scenario).stuck == ("stubborn",)
