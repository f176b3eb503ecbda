"""The driver that borrows the trio loop its caller runs in."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from asgitest.testclient.driver import Outcome, own_trio
from asgitest.testclient.driver.own_trio import OwnTrioDriver


def run(scenario: Any) -> Any:
    driver = OwnTrioDriver()
    driver.open()
    return trio.run(scenario, driver)


def test_a_task_runs_and_its_result_is_kept() -> None:
    async def scenario(driver: OwnTrioDriver) -> Any:
        async def work() -> str:
            await trio.lowlevel.checkpoint()
            return "done"

        task = driver.start(work, name="work")
        await driver.wait(task.done, 60)
        return task.result()

    assert run(scenario) == "done"


def test_a_wait_ends_with_the_signal_at_the_deadline_or_at_once() -> None:
    async def scenario(driver: OwnTrioDriver) -> list[Outcome]:
        later, never, before = driver.signal(), driver.signal(), driver.signal()
        before.set()

        async def set_later() -> None:
            await trio.sleep(0.001)
            later.set()

        driver.start(set_later)
        return [await driver.wait(later, None), await driver.wait(never, 0.001), await driver.wait(before, 0.0)]

    assert run(scenario) == [Outcome.READY, Outcome.TIMED_OUT, Outcome.READY]


def test_what_is_poked_runs_here_and_ready_tasks_after_it() -> None:
    async def scenario(driver: OwnTrioDriver) -> list[str]:
        seen: list[str] = []

        async def work() -> None:
            seen.append("task")

        task = await driver.poke(driver.start, work)
        return [*seen, type(task).__name__]

    assert run(scenario) == ["task", "Task"]


def test_what_needs_a_thread_beside_the_loop_is_refused() -> None:
    driver = OwnTrioDriver()

    with pytest.raises(RuntimeError, match="has no portal"):
        driver.portal()
    with pytest.raises(RuntimeError, match="awaits poke"):
        driver.poke_now(print, "now")
    assert driver.stacks() == ""


def test_what_is_left_is_cancelled_and_told() -> None:
    async def scenario(driver: OwnTrioDriver) -> Any:
        driver.start(trio.sleep_forever, name="GET /")
        await driver.settle()
        report = await driver.sweep()
        return report, await driver.aclose()

    swept, closed = run(scenario)

    assert [task.name for task in swept.tasks] == ["GET /"]
    assert any("sleep_forever" in line for line in swept.tasks[0].chain)
    assert (swept.stuck, closed.tasks) == ((), ())


def test_a_task_that_takes_no_notice_is_told_as_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_trio, "GRACE_SECONDS", 0.01)

    async def scenario(driver: OwnTrioDriver) -> Any:
        may_end = trio.Event()

        async def stubborn() -> None:
            with trio.CancelScope(shield=True):
                await may_end.wait()

        driver.start(stubborn, name="stubborn")
        await driver.settle()
        report = await driver.aclose()
        may_end.set()
        return report

    assert run(scenario).stuck == ("stubborn",)
