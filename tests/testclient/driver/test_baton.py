"""Whoever waits drives the loop: one thread at a time, and the next one when it leaves."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient import MisuseError
from asgitest.testclient.driver import Outcome, complete, make_driver
from asgitest.testclient.driver import baton as module

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def driver() -> Iterator[Any]:
    driver = make_driver("baton")
    driver.open()
    yield driver
    driver.close()


async def soon() -> int:
    await asyncio.sleep(0.001)
    return threading.get_ident()


def test_the_app_runs_in_the_thread_of_its_caller(driver: Any) -> None:
    task = driver.run(soon, 60)

    assert (task.outcome, task.result()) == (Outcome.READY, threading.get_ident())


def test_a_signal_that_is_up_ends_a_wait_at_once(driver: Any) -> None:
    signal = driver.signal()
    signal.set()

    assert complete(driver.wait(signal, None)) is Outcome.READY


def test_threads_that_wait_at_once_all_get_their_answers(driver: Any) -> None:
    """One of them drives for all, and hands on when it has what it came for."""
    with ThreadPoolExecutor(4) as pool:
        tasks = list(pool.map(lambda _: driver.run(soon, 60), range(12)))

    assert [task.outcome for task in tasks] == [Outcome.READY] * 12


def test_a_thread_that_finds_the_baton_taken_hands_its_work_over(driver: Any) -> None:
    """The driving thread runs it, and both go on."""
    began, may_end = threading.Event(), driver.signal()
    answers: list[Any] = []

    async def first() -> None:
        began.set()
        await may_end.wait()

    def other() -> None:
        began.wait(60)
        answers.append(complete(driver.poke(threading.get_ident)))
        task = driver.start(soon)
        complete(driver.wait(task.done, 60))
        answers.append(task.result())
        complete(driver.poke(may_end.set))

    thread = threading.Thread(target=other)
    thread.start()
    task = driver.run(first, 60)
    thread.join()

    assert task.outcome is Outcome.READY
    assert len(answers) == 2


def test_a_wait_beside_a_driving_thread_has_its_own_deadline(driver: Any) -> None:
    began, may_end = threading.Event(), driver.signal()
    outcomes: list[Outcome] = []

    async def first() -> None:
        began.set()
        await may_end.wait()

    def other() -> None:
        began.wait(60)
        outcomes.append(complete(driver.wait(driver.signal(), 0.01)))
        complete(driver.poke(may_end.set))

    thread = threading.Thread(target=other)
    thread.start()
    driver.run(first, 60)
    thread.join()

    assert outcomes == [Outcome.TIMED_OUT]


def test_inside_the_loop_that_it_runs_nobody_can_wait_for_it(driver: Any) -> None:
    async def inside() -> None:
        complete(driver.settle())

    task = driver.run(inside, 60)

    with pytest.raises(MisuseError, match="it would wait for itself"):
        task.result()


def test_inside_another_loop_the_watcher_drives(driver: Any) -> None:
    async def main() -> Any:
        return driver.run(soon, 60).result(), complete(driver.poke(threading.get_ident))

    ran, poked = asyncio.run(main())

    assert threading.get_ident() not in {ran, poked}


def test_an_error_beside_all_calls_is_raised_by_the_next(driver: Any) -> None:
    """The watcher was running the loop, and has nobody to tell."""
    driver._keep_error(KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        complete(driver.settle())
    complete(driver.settle())


def test_a_portal_calls_into_the_same_loop(driver: Any) -> None:
    portal = driver.portal()

    async def which() -> Any:
        return asyncio.get_running_loop()

    assert portal.call(which) is driver._loop
    assert driver.portal() is portal


def test_a_portal_can_be_made_inside_another_loop(driver: Any) -> None:
    async def main() -> Any:
        return driver.portal()

    portal = asyncio.run(main())

    assert portal.call(threading.get_ident) is not None


def test_what_is_left_is_ended_and_told(driver: Any) -> None:
    driver.start(asyncio.Event().wait, name="GET /")

    report = complete(driver.sweep())

    assert [task.name for task in report.tasks] == ["GET /"]
    assert complete(driver.sweep()).tasks == ()


def test_a_driver_is_as_new_when_nothing_of_an_app_is_left() -> None:
    driver = make_driver("baton")
    driver.open()
    driver.run(soon, 60)
    complete(driver.sweep())  # type: ignore[arg-type]  # of the protocol

    assert driver.is_as_new()  # type: ignore[attr-defined]  # the baton's own

    driver.portal()
    assert not driver.is_as_new()  # type: ignore[attr-defined]  # the baton's own
    driver.close()


def test_closing_twice_is_closing_once(driver: Any) -> None:
    driver.close()

    assert complete(driver.aclose()).tasks == ()


def test_a_thread_that_does_not_give_the_baton_back_is_told(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.01)
    driver._baton.acquire()

    report = driver.close()

    assert report.stuck == ("a thread that drives the loop",)
    driver._baton.release()
    driver._engine.end_root()
    driver._loop.close()


def test_the_stacks_of_worker_threads_are_shown(driver: Any) -> None:
    began, may_end = threading.Event(), threading.Event()

    def block() -> None:
        began.set()
        may_end.wait(60)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(block)
        began.wait(60)
        shown = driver.stacks()
        may_end.set()

    assert "block" in shown
