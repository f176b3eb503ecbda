"""How long one may go on waiting: until the deadline, or until nothing can come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgitest.testclient.driver import Outcome, patience
from asgitest.testclient.driver.patience import LONGEST_NAP_SECONDS, SAMPLE_SECONDS, SAMPLES, Patience

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(patience, "monotonic", clock)
    return clock


def always() -> bool:
    return True


def never() -> bool:
    return False


def quiet(monkeypatch: pytest.MonkeyPatch, outside: Callable[[], bool] = always) -> None:
    """Say what the threads of the process do."""
    monkeypatch.setattr(patience, "quiescent_outside", outside)


def test_a_loop_that_has_something_to_do_is_given_its_time(clock: Clock) -> None:
    waiting = Patience(None, never)

    assert waiting.nap() == LONGEST_NAP_SECONDS
    assert waiting.outcome is None


def test_no_nap_is_longer_than_what_is_left(clock: Clock) -> None:
    waiting = Patience(5.0, never)
    clock.now += 2

    assert waiting.nap() == 3.0


def test_the_deadline_ends_the_wait(clock: Clock) -> None:
    waiting = Patience(5.0, never)
    clock.now += 5

    assert waiting.nap() is None
    assert waiting.outcome is Outcome.TIMED_OUT


def test_without_a_deadline_time_ends_nothing(clock: Clock) -> None:
    waiting = Patience(None, never)
    clock.now += 1e9

    assert not waiting.expired()


def samples(waiting: Patience, clock: Clock, count: int) -> list[float | None]:
    """Nap *count* times, each as long as asked for."""
    naps = []
    for _ in range(count):
        nap = waiting.nap()
        naps.append(nap)
        clock.now += nap or 0.0
    return naps


def test_after_enough_quiet_samples_nothing_can_come(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch)
    waiting = Patience(None, always)

    assert samples(waiting, clock, SAMPLES + 1) == [SAMPLE_SECONDS] * SAMPLES + [None]
    assert waiting.outcome is Outcome.DEADLOCK


def test_a_thread_that_works_begins_the_count_anew(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch, never)
    waiting = Patience(None, always)

    samples(waiting, clock, 3 * SAMPLES)

    assert waiting.outcome is None


def test_a_loop_that_wakes_begins_the_count_anew(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch)
    idle = [True]
    waiting = Patience(None, lambda: idle[0])
    samples(waiting, clock, SAMPLES)

    idle[0] = False
    waiting.nap()
    idle[0] = True
    samples(waiting, clock, SAMPLES)

    assert waiting.outcome is None


def test_naps_that_were_cut_short_count_for_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody wakes the waiting side: a worker may be between two of its jobs."""
    quiet(monkeypatch)
    waiting = Patience(None, always)

    for _ in range(5 * SAMPLES):
        assert waiting.nap() is not None
        clock.now += SAMPLE_SECONDS / 10
