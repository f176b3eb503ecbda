"""Deadlines count what an app could use of the time, not what others took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.deadlines import Deadlines, usable_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

TICK = 0.25


class _Loop:
    """A loop whose time passes when a test says so."""

    def __init__(self) -> None:
        self.wall = 100.0
        self.cpu = 7.0
        self.calls: list[tuple[float, Callable[[], object]]] = []

    def call_later(self, delay: float, callback: Callable[[], object]) -> _Call:
        call = (self.wall + delay, callback)
        self.calls.append(call)
        return _Call(self, call)

    def passes(self, wall: float, *, cpu: float = 0.0) -> None:
        """Let seconds pass, then call what is due."""
        self.wall += wall
        self.cpu += cpu
        due = [call for call in self.calls if call[0] <= self.wall + 1e-9]
        self.calls = [call for call in self.calls if call not in due]
        for _, callback in due:
            callback()

    def deadlines(self) -> Deadlines:
        return Deadlines(self, clock=lambda: self.wall, cpu_clock=lambda: self.cpu)


class _Call:
    def __init__(self, loop: _Loop, call: tuple[float, Callable[[], object]]) -> None:
        self._loop = loop
        self._call = call

    def cancel(self) -> None:
        if self._call in self._loop.calls:
            self._loop.calls.remove(self._call)


def test_an_app_that_waits_has_its_seconds_by_the_clock() -> None:
    """Nothing runs, so nobody takes its time."""
    loop = _Loop()
    expired: list[float] = []
    loop.deadlines().add("case", 5.0, lambda: expired.append(loop.wall))

    for _ in range(40):
        loop.passes(TICK)

    assert expired == [pytest.approx(105.25)]


def test_an_app_that_computes_has_them_of_the_processor() -> None:
    """On a machine of which it gets a third it has three times as long."""
    loop = _Loop()
    expired: list[float] = []
    loop.deadlines().add("case", 2.0, lambda: expired.append(loop.wall))

    for _ in range(100):
        loop.passes(TICK, cpu=TICK / 3)

    assert expired == [pytest.approx(106.25)]


def test_a_process_that_was_stopped_has_lost_nothing() -> None:
    """An hour in which the machine did other things is one tick."""
    loop = _Loop()
    expired: list[float] = []
    loop.deadlines().add("case", 2.0, lambda: expired.append(loop.wall))
    loop.passes(TICK)

    loop.passes(3600.0)

    assert not expired


def test_what_never_ends_on_a_busy_machine_ends_all_the_same() -> None:
    """At five times its seconds by the clock, however little the process got."""
    loop = _Loop()
    expired: list[float] = []
    loop.deadlines().add("case", 2.0, lambda: expired.append(loop.wall))

    for _ in range(100):
        loop.passes(TICK, cpu=TICK / 7)

    assert expired == [pytest.approx(110.25)]


def test_what_has_come_is_not_called() -> None:
    """And no tick is left for it."""
    loop = _Loop()
    expired: list[str] = []
    deadlines = loop.deadlines()
    deadlines.add("case", 0.5, lambda: expired.append("case"))
    deadlines.discard("case")

    for _ in range(8):
        loop.passes(TICK)

    assert (expired, loop.calls) == ([], [])


def test_each_of_several_has_a_deadline_of_its_own() -> None:
    """The shorter one does not wait for the ticks of the longer one."""
    loop = _Loop()
    expired: list[str] = []
    deadlines = loop.deadlines()
    deadlines.add("long", 10.0, lambda: expired.append("long"))
    deadlines.add("short", 0.2, lambda: expired.append("short"))

    for _ in range(12):
        loop.passes(0.025)

    assert expired == ["short"]


def test_a_closed_loop_has_no_ticks() -> None:
    """Whoever closes it waits for nothing more."""
    loop = _Loop()
    deadlines = loop.deadlines()
    deadlines.add("case", 5.0, lambda: None)

    deadlines.close()

    assert loop.calls == []


@pytest.mark.parametrize(
    ("wall", "cpu", "usable"),
    [
        pytest.param(0.25, 0.0, 0.25, id="waits"),
        pytest.param(0.25, 0.25, 0.25, id="computes"),
        pytest.param(0.25, 0.1, 0.1, id="computes on a busy machine"),
        pytest.param(0.25, 0.5, 0.25, id="computes in two threads"),
        pytest.param(4.0, 0.0, 0.25, id="was stopped"),
        pytest.param(4.0, 4.0, 4.0, id="blocked its loop by computing"),
        pytest.param(4.0, 1.0, 1.25, id="blocked its loop on a busy machine"),
    ],
)
def test_what_an_app_can_use_of_a_tick(wall: float, cpu: float, usable: float) -> None:
    """One line for each way a tick can go."""
    assert usable_seconds(wall=wall, cpu=cpu, tick=TICK) == pytest.approx(usable)
