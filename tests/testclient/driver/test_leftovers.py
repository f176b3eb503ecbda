"""What an app has left running is ended in bounded time, and named."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient.driver import leftovers
from asgitest.testclient.driver.leftovers import describe_left, end_tasks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asgitest.testclient.driver import LeakReport


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "GRACE_SECONDS", 0.05)


async def forever() -> None:
    await asyncio.Event().wait()


async def stubborn() -> None:
    """Take no notice of the first cancellation."""
    with contextlib.suppress(asyncio.CancelledError):
        await forever()
    await forever()


def end(*functions: Any, generators: bool = False, names: tuple[str, ...] = ("b", "a")) -> LeakReport:
    async def main() -> LeakReport:
        tasks = {asyncio.create_task(function(), name=name) for function, name in zip(functions, names, strict=False)}
        await asyncio.sleep(0)
        report = await end_tasks(tasks, generators=generators)
        for task in tasks:
            task.cancel()
        return report

    return asyncio.run(main())


def test_tasks_are_cancelled_and_told_by_name_with_the_line_where_they_were() -> None:
    report = end(forever, forever)

    assert [task.name for task in report.tasks] == ["a", "b"]
    assert f"{__file__}:" in report.tasks[0].chain[0]
    assert report.stuck == ()


def test_a_task_that_takes_no_notice_is_stuck() -> None:
    assert end(stubborn).stuck == ("b",)
    assert end(stubborn, generators=True).stuck == ("b",)


def test_nothing_left_is_nothing_told() -> None:
    report = end()

    assert (report.tasks, report.stuck) == ((), ())


def test_tasks_of_the_drivers_are_no_leak() -> None:
    async def main() -> Any:
        tasks = [asyncio.create_task(forever(), name=name) for name in ("asgitest root", "mine")]
        described = describe_left(tasks)
        for task in tasks:
            task.cancel()
        return described

    assert [task.name for task in asyncio.run(main())] == ["mine"]


async def numbers(closed: list[str], *, hangs: bool) -> AsyncIterator[int]:
    try:
        yield 1
    finally:
        if hangs:
            await forever()
        closed.append("closed")


@pytest.mark.parametrize(("hangs", "stuck"), [(False, ()), (True, ("an async generator",))])
def test_generators_are_closed_in_bounded_time(hangs: bool, stuck: tuple[str, ...]) -> None:
    closed: list[str] = []

    async def main() -> LeakReport:
        opened = numbers(closed, hangs=hangs)
        await anext(opened)
        return await end_tasks(set(), generators=True)

    report = asyncio.run(main())

    assert report.stuck == stuck
    assert bool(closed) is not hangs
