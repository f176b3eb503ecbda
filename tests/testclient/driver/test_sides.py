"""The loop side of a driver whose loop runs in another thread, on asyncio and on trio."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any

import pytest
import trio

from asgitest.testclient.driver.driven_loop import DrivenLoop
from asgitest.testclient.driver.sides import AsyncioSide, Side, TrioSide
from asgitest.testclient.driver.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Scenario = Callable[[Side], Awaitable[Any]]

COLOUR: ContextVar[str] = ContextVar("colour", default="none")


def on_asyncio(scenario: Scenario) -> Any:
    async def main() -> Any:
        return await scenario(AsyncioSide(asyncio.get_running_loop()))

    with asyncio.Runner(loop_factory=DrivenLoop) as runner:
        return runner.run(main())


def on_plain_asyncio(scenario: Scenario) -> Any:
    async def main() -> Any:
        return await scenario(AsyncioSide(asyncio.get_running_loop(), is_ours=False))

    return asyncio.run(main())


def on_trio(scenario: Scenario) -> Any:
    async def main() -> Any:
        return await scenario(TrioSide())

    return trio.run(main)


everywhere = pytest.mark.parametrize("run", [on_asyncio, on_plain_asyncio, on_trio])


@everywhere
def test_what_is_posted_is_called_on_the_loop(run: Any) -> None:
    async def scenario(side: Side) -> None:
        called = side.signal()
        side.post(called.set)
        await called.wait()

    run(scenario)


@everywhere
def test_a_task_runs_in_the_context_it_was_given(run: Any) -> None:
    context = copy_context()
    context.run(COLOUR.set, "red")

    async def work() -> str:
        return COLOUR.get()

    async def scenario(side: Side) -> Any:
        task = Task(work(), side.signal)
        side.begin(task, "work", context)
        await task.done.wait()
        return task.result()

    assert run(scenario) == "red"


@everywhere
def test_ready_callbacks_have_had_their_turns_when_it_is_settled(run: Any) -> None:
    async def scenario(side: Side) -> list[str]:
        seen: list[str] = []
        settled = side.signal()

        async def work() -> None:
            seen.append("work")

        side.begin(Task(work(), side.signal), None, None)

        def finish() -> None:
            seen.append("settled")
            settled.set()

        side.settle(finish)
        await settled.wait()
        return seen

    assert run(scenario) == ["work", "settled"]


@everywhere
def test_the_end_cancels_what_apps_have_left(run: Any) -> None:
    async def scenario(side: Side) -> Any:
        never = side.signal()
        task = Task(never.wait(), side.signal)
        side.begin(task, "GET /", None)
        held = Task(never.wait(), side.signal)
        side.begin(held, "asgitest portal", None)
        settled = side.signal()
        side.settle(settled.set)
        await settled.wait()
        report = await side.end()
        ended = (task.done.is_set(), held.done.is_set())
        held.cancel()
        await held.done.wait()
        return report, ended

    report, ended = run(scenario)

    assert [left.name for left in report.tasks] == ["GET /"]
    assert (report.stuck, ended) == ((), (True, False))


def test_on_a_loop_of_somebody_else_only_what_was_begun_here_is_ended() -> None:
    async def scenario(side: Side) -> bool:
        theirs = asyncio.create_task(asyncio.Event().wait())
        await asyncio.sleep(0)
        await side.end()
        ended = theirs.done()
        theirs.cancel()
        return ended

    assert on_plain_asyncio(scenario) is False
    assert on_asyncio(scenario) is True


def test_only_a_loop_of_ours_says_whether_it_is_idle() -> None:
    """Of another one nobody can know: it never is, and only the deadline ends a wait."""

    async def scenario(side: Side) -> bool:
        return side.is_idle()

    assert on_plain_asyncio(scenario) is False


def test_trio_says_what_it_saw_when_it_was_asked_before() -> None:
    """Only the loop itself may look."""

    async def scenario(side: Side) -> list[bool]:
        first = side.is_idle()
        seen = []
        for _ in range(3):
            await trio.testing.wait_all_tasks_blocked()
            seen.append(side.is_idle())
        return [first, any(seen)]

    first, _ = on_trio(scenario)

    assert first is False
