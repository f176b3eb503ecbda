"""The handle of a coroutine, and where a stuck one says it is."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import pytest

from asgitest.testclient.driver.signals import AsyncioSignal
from asgitest.testclient.driver.tasks import Task, await_chain


class Waiting:
    """An awaitable that suspends for ever."""

    def __await__(self) -> Any:
        yield self


async def inner() -> None:
    await Waiting()


async def outer() -> None:
    await inner()


def test_the_chain_names_each_frame_and_its_line() -> None:
    coroutine = outer()
    coroutine.send(None)

    chain = await_chain(coroutine)

    assert [line.rpartition(" in ")[2] for line in chain[:2]] == ["outer: await inner()", "inner: await Waiting()"]
    assert all(__file__ in line for line in chain)
    coroutine.close()


def test_the_chain_goes_through_generators() -> None:
    @types.coroutine
    def old_style() -> Any:
        yield from [1]

    async def endless() -> Any:
        while True:
            await inner()
            yield 1

    async def both() -> None:
        await anext(endless())

    coroutine = both()
    coroutine.send(None)
    generator = old_style()
    generator.send(None)

    assert any("endless" in line or "async_generator_asend" in line for line in await_chain(coroutine))
    assert "old_style" in await_chain(generator)[0]
    coroutine.close()


def test_what_is_awaited_in_the_end_is_named_if_its_name_says_anything() -> None:
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> list[str]:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        chain = await_chain(task.get_coro())
        task.cancel()
        return chain

    assert len(asyncio.run(main())) == 1
    assert await_chain(object()) == ["object"]
    assert await_chain(None) == []


def test_the_result_is_what_the_coroutine_returned() -> None:
    async def seven() -> int:
        return 7

    task = Task(seven(), AsyncioSignal)
    with pytest.raises(StopIteration):
        task.run().send(None)

    assert task.result() == 7
    assert task.exception() is None


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_an_exception_is_kept_as_the_very_object(kind: type[BaseException]) -> None:
    error = kind("broken")

    async def broken() -> None:
        raise error

    task = Task(broken(), AsyncioSignal)
    with pytest.raises(StopIteration):
        task.run().send(None)

    assert task.exception() is error
    with pytest.raises(kind):
        task.result()


def test_a_task_that_has_not_ended_has_no_result() -> None:
    task = Task(outer(), AsyncioSignal)

    with pytest.raises(RuntimeError, match="not ended"):
        task.result()
    task.coroutine.close()


def test_a_task_that_was_cancelled_before_its_first_step_has_ended() -> None:
    task = Task(outer(), AsyncioSignal)

    task.ended()
    task.ended()

    assert isinstance(task.exception(), asyncio.CancelledError)
