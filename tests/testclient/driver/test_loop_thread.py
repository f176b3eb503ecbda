"""Drivers whose loop runs in another thread: their own, anyio's, or somebody else's."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from asgitest.testclient import DeadlineExceeded, MisuseError
from asgitest.testclient.driver import Outcome, complete, loop_thread
from asgitest.testclient.driver.loop_thread import AdoptedPortalDriver, PortalDriver, ThreadDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def adopted(backend: str) -> Callable[[], Iterator[Any]]:
    def opened() -> Iterator[Any]:
        with start_blocking_portal(backend) as portal:
            yield AdoptedPortalDriver(portal)

    return opened


def owned(make: Callable[[], Any]) -> Callable[[], Iterator[Any]]:
    def opened() -> Iterator[Any]:
        yield make()

    return opened


KINDS = {
    "thread": owned(ThreadDriver),
    "thread without a root": owned(lambda: ThreadDriver(parked_root=False, debug=False)),
    "trio": owned(PortalDriver),
    "anyio": owned(lambda: PortalDriver("asyncio")),
    "portal": adopted("asyncio"),
    "trio portal": adopted("trio"),
}


@pytest.fixture(params=KINDS)
def driver(request: pytest.FixtureRequest) -> Iterator[Any]:
    for driver in KINDS[request.param]():
        driver.open()
        yield driver
        driver.close()


async def soon() -> int:
    await anyio.sleep(0.001)
    return threading.get_ident()


def test_the_app_runs_in_another_thread(driver: Any) -> None:
    task = driver.run(soon, 60)

    assert task.outcome is Outcome.READY
    assert task.result() != threading.get_ident()


def test_a_wait_ends_with_the_signal_or_at_the_deadline(driver: Any) -> None:
    up = driver.signal()
    driver.poke_now(up.set)

    assert complete(driver.wait(up, None)) is Outcome.READY
    assert complete(driver.wait(driver.signal(), 0.01)) is Outcome.TIMED_OUT


def test_what_is_poked_runs_on_the_loop(driver: Any) -> None:
    here = threading.get_ident()

    assert complete(driver.poke(threading.get_ident)) != here
    complete(driver.settle())


def test_an_error_of_what_is_poked_is_raised_here(driver: Any) -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        driver.poke_now(fail)


def test_a_portal_calls_into_the_same_loop(driver: Any) -> None:
    portal = driver.portal()

    assert portal.call(threading.get_ident) == driver._loop_thread
    assert driver.portal() is portal


def test_what_is_left_is_ended_and_told(driver: Any) -> None:
    driver.start(anyio.sleep_forever, name="GET /")
    complete(driver.settle())

    report = complete(driver.sweep())

    assert [task.name for task in report.tasks] == ["GET /"]


def test_inside_the_loop_nobody_can_wait_for_it(driver: Any) -> None:
    async def inside() -> None:
        complete(driver.settle())

    task = driver.run(inside, 60)

    with pytest.raises(MisuseError, match="it would wait for itself"):
        task.result()


def test_closing_ends_what_is_left(driver: Any) -> None:
    task = driver.start(anyio.sleep_forever, name="GET /")
    complete(driver.settle())

    report = complete(driver.aclose())

    assert task.done.is_set()
    assert [left.name for left in report.tasks] == ["GET /"]


@pytest.fixture
def thread() -> Iterator[ThreadDriver]:
    driver = ThreadDriver()
    driver.open()
    yield driver
    driver.close()


def test_a_wait_for_nothing_is_a_deadlock(thread: ThreadDriver) -> None:
    assert complete(thread.wait(thread.signal(), 60)) is Outcome.DEADLOCK


def test_a_loop_that_is_blocked_is_told_with_the_line(thread: ThreadDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    thread._patience_with_loop = 0.05
    may_end = threading.Event()

    async def block() -> None:
        may_end.wait(60)  # the line that blocks

    task = thread.start(block)
    with pytest.raises(DeadlineExceeded, match="the app to let its loop run") as caught:
        thread.poke_now(print)
    may_end.set()
    complete(thread.wait(task.done, 60))

    assert "the thread of the loop:" in str(caught.value)
    assert "# the line that blocks" in str(caught.value)


def test_a_thread_that_is_stuck_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_thread, "GRACE_SECONDS", 0.01)
    driver = ThreadDriver()
    driver.open()
    may_end = threading.Event()

    async def block() -> None:
        may_end.wait(60)

    driver.start(block)

    assert driver.close().stuck == ("asgitest thread loop",)
    may_end.set()
    driver._thread.join(60)


def test_a_loop_that_is_stuck_is_told_by_a_sweep(thread: ThreadDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_thread, "GRACE_SECONDS", 0.01)
    may_end = threading.Event()

    async def block() -> None:
        may_end.wait(60)

    task = thread.start(block)

    assert complete(thread.sweep()).stuck == ("the loop",)
    may_end.set()
    complete(thread.wait(task.done, 60))


def test_an_adopted_loop_that_is_stuck_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_thread, "GRACE_SECONDS", 0.01)
    may_end = threading.Event()

    async def block() -> None:
        may_end.wait(60)

    with start_blocking_portal() as portal:
        driver = AdoptedPortalDriver(portal)
        driver.open()
        driver.start(block)
        report = driver.close()
        may_end.set()

    assert report.stuck == ("the loop",)


def test_a_loop_that_cannot_be_made_is_an_error_of_opening_it() -> None:
    driver = PortalDriver("trio", {"no_such_option": True})

    with pytest.raises(TypeError, match="no_such_option"):
        driver.open()


def test_virtual_time_jumps_only_while_somebody_waits() -> None:
    driver = ThreadDriver(virtual_time=True)
    driver.open()

    async def hour() -> float:
        before = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time() - before

    task = driver.run(hour, 60)
    driver.close()

    assert task.result() >= 3600
