"""A process is ended for what it did with its time, not for what others did."""

from __future__ import annotations

import os

import pytest

from asgitest.conformance.engine.patience import Patience, Processor, look_at


class _Machine:
    """A process whose time passes when a test says so."""

    def __init__(self) -> None:
        self.now = 50.0
        self.processor: Processor | None = Processor(cpu_seconds=1.0, wants=False)

    def patience(self) -> Patience:
        return Patience(turn_seconds=0.1, clock=lambda: self.now, look=lambda _: self.processor)

    def passes(self, seconds: float, *, cpu: float, wants: bool) -> None:
        self.now += seconds
        if self.processor is not None:
            self.processor = Processor(cpu_seconds=self.processor.cpu_seconds + cpu, wants=wants)


def _spent(machine: _Machine, *, turns: int, cpu: float, wants: bool) -> float:
    patience = machine.patience()
    spent = patience.spent(7, machine.now)
    started = machine.now
    for _ in range(turns):
        machine.passes(0.1, cpu=cpu, wants=wants)
        spent = patience.spent(7, started)
    return spent


def test_a_process_that_waits_spends_time_by_the_clock() -> None:
    """It sleeps in a call that blocks its loop."""
    assert _spent(_Machine(), turns=30, cpu=0.0, wants=False) == pytest.approx(3.0)


def test_a_process_that_computes_spends_what_it_is_given() -> None:
    """A third of the processor is a third of the time."""
    assert _spent(_Machine(), turns=30, cpu=0.1 / 3, wants=True) == pytest.approx(1.0)


def test_a_process_that_is_kept_from_running_spends_nothing() -> None:
    """It wants to run, and others do."""
    assert _spent(_Machine(), turns=30, cpu=0.0, wants=True) == pytest.approx(0.0)


def test_without_word_of_the_system_the_clock_counts() -> None:
    """As on systems without /proc."""
    machine = _Machine()
    machine.processor = None

    assert _spent(machine, turns=30, cpu=0.0, wants=True) == pytest.approx(3.0)


def test_each_case_begins_anew() -> None:
    """Many short cases are no long one."""
    machine = _Machine()
    patience = machine.patience()
    spent = []
    for _ in range(30):
        machine.passes(0.1, cpu=0.0, wants=False)
        spent.append(patience.spent(7, machine.now))

    assert spent == [0.0] * 30


def test_a_parent_that_was_stopped_ends_nobody() -> None:
    """A long time between two looks says nothing of the process."""
    machine = _Machine()
    patience = machine.patience()
    patience.spent(7, 50.0)
    machine.passes(3600.0, cpu=0.0, wants=False)

    assert patience.spent(7, 50.0) == pytest.approx(0.4)


def test_between_cases_nothing_is_spent() -> None:
    """The journal says 0 then."""
    assert _Machine().patience().spent(7, 0.0) == pytest.approx(0.0)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")  # noqa: PTH110  a pseudo file
def test_the_system_tells_of_a_process() -> None:
    """This one is running while it asks."""
    seen = look_at(os.getpid())

    assert seen is not None
    assert (seen.cpu_seconds > 0, seen.wants) == (True, True)


def test_a_process_that_is_gone_is_nobody() -> None:
    """Between its end and the word of it."""
    assert look_at(0) is None
