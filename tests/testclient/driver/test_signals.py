"""One-shot flags: who is woken, and when."""

from __future__ import annotations

import asyncio

import pytest
import trio
import trio.testing

from asgitest.testclient.driver.signals import AsyncioSignal, Signal, TrioSignal


@pytest.fixture(params=[AsyncioSignal, TrioSignal])
def signal(request: pytest.FixtureRequest) -> Signal:
    return request.param()  # type: ignore[no-any-return]  # one of the two


def test_it_is_set_once_and_tells_its_listeners_once(signal: Signal) -> None:
    heard: list[str] = []
    signal.listen(lambda: heard.append("heard"))

    signal.set()
    signal.set()

    assert signal.is_set()
    assert heard == ["heard"]


def test_who_listens_too_late_hears_at_once(signal: Signal) -> None:
    heard: list[str] = []
    signal.set()

    signal.listen(lambda: heard.append("late"))

    assert heard == ["late"]


def test_who_has_taken_it_back_hears_nothing(signal: Signal) -> None:
    heard: list[str] = []

    def listener() -> None:
        heard.append("heard")

    signal.forget(listener)
    signal.listen(listener)
    signal.forget(listener)
    signal.set()

    assert heard == []


def test_every_task_of_asyncio_that_waits_goes_on() -> None:
    async def main() -> list[int]:
        signal = AsyncioSignal()
        ended: list[int] = []

        async def wait(number: int) -> None:
            await signal.wait()
            ended.append(number)

        tasks = [asyncio.create_task(wait(number)) for number in range(3)]
        await asyncio.sleep(0)
        signal.set()
        await asyncio.gather(*tasks)
        await signal.wait()
        return ended

    assert sorted(asyncio.run(main())) == [0, 1, 2]


def test_a_waiter_of_asyncio_that_is_cancelled_takes_nobody_with_it() -> None:
    async def main() -> str:
        signal = AsyncioSignal()
        first, second = asyncio.create_task(signal.wait()), asyncio.create_task(signal.wait())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        third = asyncio.create_task(signal.wait())
        await asyncio.sleep(0)
        signal.set()
        await asyncio.gather(second, third)
        return "cancelled" if first.cancelled() else "went on"

    assert asyncio.run(main()) == "cancelled"


def test_every_task_of_trio_that_waits_goes_on() -> None:
    async def main() -> list[int]:
        signal = TrioSignal()
        ended: list[int] = []

        async def wait(number: int) -> None:
            await signal.wait()
            ended.append(number)

        async with trio.open_nursery() as nursery:
            for number in range(3):
                nursery.start_soon(wait, number)
            await trio.testing.wait_all_tasks_blocked()
            signal.set()
        await signal.wait()
        return ended

    assert sorted(trio.run(main)) == [0, 1, 2]
