"""The thread that looks after a loop while nobody drives it: started when it is needed, and asleep in between."""

from __future__ import annotations

import threading
from math import inf
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from asgitest.testclient.driver.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator


class Loop:
    """A loop that says what the test tells it to, and writes down what the watcher does."""

    def __init__(self) -> None:
        self.due_at: float | None = None
        self.watched = False
        self.baton_is_free = True
        self.fails: BaseException | None = None
        self.dozes: SimpleQueue[float] = SimpleQueue()
        self.turns: SimpleQueue[bool] = SimpleQueue()
        self.roused = threading.Semaphore(0)

    def due(self) -> float | None:
        return self.due_at

    def watches(self) -> bool:
        return self.watched

    def doze(self, timeout: float) -> None:
        self.dozes.put(timeout)
        self.roused.acquire()

    def time(self) -> float:
        return 100.0

    def try_turns(self) -> bool:
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error
        self.turns.put(self.baton_is_free)
        return self.baton_is_free

    def rouse(self) -> None:
        self.roused.release()


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def watcher(loop: Loop) -> Iterator[Watcher]:
    watcher = Watcher(loop)
    yield watcher
    assert watcher.end(60)


def test_no_thread_is_started_for_a_loop_with_nothing_to_look_after(watcher: Watcher) -> None:
    watcher.watch()

    assert watcher.is_asleep()


def test_a_timer_starts_the_thread_which_sleeps_until_it_is_due(watcher: Watcher, loop: Loop) -> None:
    loop.due_at = 105.0

    watcher.watch()

    assert loop.dozes.get(timeout=60) == 5.0
    assert not watcher.is_asleep()


def test_a_descriptor_starts_it_as_well(watcher: Watcher, loop: Loop) -> None:
    loop.watched = True

    watcher.watch()

    assert loop.dozes.get(timeout=60) > 1000


def test_what_is_overdue_is_run_without_sleeping(watcher: Watcher, loop: Loop) -> None:
    loop.due_at = -inf

    watcher.watch()

    assert loop.dozes.get(timeout=60) == 0.0


def test_the_thread_takes_the_baton_when_it_is_roused(watcher: Watcher, loop: Loop) -> None:
    watcher.ensure()
    loop.dozes.get(timeout=60)

    loop.rouse()

    assert loop.turns.get(timeout=60)


def test_an_earlier_timer_rouses_it(watcher: Watcher, loop: Loop) -> None:
    loop.due_at = 200.0
    watcher.watch()
    loop.dozes.get(timeout=60)

    loop.due_at = 101.0
    watcher.watch()

    assert loop.dozes.get(timeout=60) == 1.0


def test_a_later_timer_does_not(watcher: Watcher, loop: Loop) -> None:
    loop.due_at = 101.0
    watcher.watch()
    loop.dozes.get(timeout=60)

    loop.due_at = 200.0
    watcher.watch()

    assert not loop.roused.acquire(blocking=False)


def test_while_somebody_drives_it_is_parked_until_that_has_ended(watcher: Watcher, loop: Loop) -> None:
    loop.baton_is_free = False
    watcher.ensure()
    loop.dozes.get(timeout=60)
    loop.rouse()
    assert [loop.turns.get(timeout=60) for _ in range(2)] == [False, False]

    loop.baton_is_free = True
    watcher.watch()

    assert loop.dozes.get(timeout=60) > 1000


def test_it_is_not_parked_if_the_baton_has_come_free_meanwhile(watcher: Watcher, loop: Loop) -> None:
    """Whoever drove may have left before it could see that somebody waits."""
    answers = iter([False, True])
    loop.try_turns = lambda: next(answers)  # type: ignore[method-assign]
    watcher.ensure()
    loop.dozes.get(timeout=60)

    loop.rouse()

    assert loop.dozes.get(timeout=60) > 1000
    assert not watcher.parked


def test_an_error_of_the_loop_is_given_to_the_driver(watcher: Watcher, loop: Loop) -> None:
    errors: SimpleQueue[BaseException] = SimpleQueue()
    watcher.on_error = errors.put
    loop.fails = KeyboardInterrupt()
    watcher.ensure()
    loop.dozes.get(timeout=60)

    loop.rouse()

    assert isinstance(errors.get(timeout=60), KeyboardInterrupt)
    assert loop.dozes.get(timeout=60) > 1000


def test_without_a_driver_to_tell_an_error_is_left_alone(watcher: Watcher, loop: Loop) -> None:
    loop.fails = LookupError()
    watcher.ensure()
    loop.dozes.get(timeout=60)

    loop.rouse()

    assert loop.dozes.get(timeout=60) > 1000


def test_a_watcher_that_has_ended_starts_no_thread(loop: Loop) -> None:
    watcher = Watcher(loop)
    assert watcher.end(60)

    watcher.ensure()

    assert watcher.is_asleep()


def test_a_thread_that_does_not_end_is_told(loop: Loop) -> None:
    watcher = Watcher(loop)
    watcher.ensure()
    loop.dozes.get(timeout=60)
    loop.rouse = lambda: None  # type: ignore[method-assign]

    assert not watcher.end(0.01)

    loop.roused.release()
    assert watcher._thread is not None
    watcher._thread.join(60)
