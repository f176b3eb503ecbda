"""Stepping a loop by its private names."""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient.driver import Outcome
from asgitest.testclient.driver.driven_loop import DrivenLoop
from asgitest.testclient.driver.engine import FIRST_TURNS, TURNS
from asgitest.testclient.driver.patience import Patience
from asgitest.testclient.driver.private_engine import PrivateEngine
from asgitest.testclient.driver.signals import AsyncioSignal
from asgitest.testclient.driver.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

EACH_TURN = 10 * (TURNS + FIRST_TURNS)


@pytest.fixture
def engine() -> Iterator[PrivateEngine]:
    engine = PrivateEngine(DrivenLoop())
    yield engine
    engine.loop.close()


def begin(engine: PrivateEngine, function: Callable[[], Coroutine[Any, Any, Any]]) -> Task:
    task = Task(function(), AsyncioSignal)
    engine.begin(task, None, None)
    return task


def drive(engine: PrivateEngine, task: Task, timeout: float | None = 60) -> Outcome:
    patience = Patience(timeout, engine.is_idle)
    engine.drive(task.done, patience)
    return patience.outcome or Outcome.READY


def test_a_task_runs_as_far_as_it_gets_by_itself(engine: PrivateEngine) -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    task = begin(engine, work)

    assert task.done.is_set()
    assert task.result() == "done"


def test_a_task_that_waits_is_driven_to_its_end(engine: PrivateEngine) -> None:
    async def work() -> str:
        await asyncio.sleep(0.001)
        return "done"

    task = begin(engine, work)

    assert not task.done.is_set()
    assert drive(engine, task) is Outcome.READY
    assert task.result() == "done"


def test_a_task_that_is_always_ready_is_left_after_a_bounded_number_of_turns(engine: PrivateEngine) -> None:
    turns = []

    async def work() -> None:
        for number in range(EACH_TURN):
            turns.append(number)
            await asyncio.sleep(0)

    task = begin(engine, work)
    first = len(turns)

    assert 0 < first < EACH_TURN
    assert drive(engine, task) is Outcome.READY
    assert len(turns) == EACH_TURN


def test_a_wait_that_nothing_can_end_is_given_up(engine: PrivateEngine) -> None:
    task = begin(engine, asyncio.Event().wait)

    assert drive(engine, task) is Outcome.DEADLOCK
    engine.call(task.cancel)
    assert task.done.is_set()


def test_what_is_called_runs_as_if_on_the_loop(engine: PrivateEngine) -> None:
    seen = []

    def call(word: str) -> str:
        asyncio.get_running_loop().call_soon(seen.append, "callback")
        return word

    assert engine.call(call, "word") == "word"
    assert seen == ["callback"]


def test_an_error_of_what_is_called_is_raised(engine: PrivateEngine) -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        engine.call(fail)


def test_a_task_begins_from_a_callback_as_well(engine: PrivateEngine) -> None:
    async def work() -> str:
        return "done"

    task = Task(work(), AsyncioSignal)
    engine.call(engine.begin_inside, task, None, None)
    engine.idle_turns()

    assert task.result() == "done"


def test_a_loop_says_when_it_has_to_run_next(engine: PrivateEngine) -> None:
    engine.call(lambda: None)
    engine.idle_turns()
    quiet = engine.next_run()
    engine.call(lambda: asyncio.get_running_loop().call_later(1000, print))
    engine.idle_turns()
    timed = engine.next_run()

    assert quiet is None
    assert timed is not None
    assert timed > engine.loop.time()
    assert not engine.is_idle()


def test_a_loop_that_a_thread_has_given_something_runs_at_once(engine: PrivateEngine) -> None:
    engine.idle_turns()
    engine.loop.call_soon_threadsafe(print)
    engine.stir()

    assert engine.next_run() == -inf
    engine.idle_turns()


def test_the_callback_of_a_root_is_the_one_that_the_loop_itself_puts_there(engine: PrivateEngine) -> None:
    """anyio finds the root task of a loop by it."""
    engine.park_root()

    assert engine._root is not None
    assert not engine.has_workers()
    engine.end_root()
    assert engine._root is None


def test_it_knows_whether_a_generator_is_open(engine: PrivateEngine) -> None:
    async def numbers() -> Any:
        yield 1
        yield 2

    opened = numbers()

    async def take_one() -> None:
        await anext(opened)

    before = engine.has_generators()
    begin(engine, take_one)
    during = engine.has_generators()
    begin(engine, opened.aclose)

    assert (before, during) == (False, True)


def test_it_knows_whether_callbacks_are_ready(engine: PrivateEngine) -> None:
    engine.loop.call_soon(print)

    assert engine.is_ready()
    engine.idle_turns()
    assert not engine.is_ready()
