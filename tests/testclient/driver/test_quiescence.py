"""Whether a thread of the process can still give the loop something to do."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from asgitest.testclient.driver.quiescence import (
    busy_worker_threads,
    busy_workers,
    dormant_threads,
    quiescent_outside,
    stack_of,
    thread_frames,
    worker_stacks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """What threads of other tests do is not asked here."""
    others = {ident: (lambda: True) for ident in thread_frames() if ident not in dormant_threads}
    dormant_threads.update(others)
    yield
    for ident in others:
        dormant_threads.pop(ident, None)


class Worker:
    """A pool of one thread, and a job in it that ends when the test says so."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1)
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def job(self) -> None:
        self.begun.set()
        self.may_end.wait(60)

    def __enter__(self) -> Worker:  # noqa: PYI034 - nobody derives from it
        self.pool.submit(self.job)
        assert self.begun.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self.may_end.set()
        self.pool.shutdown()


def until(reached: Callable[[], Any]) -> bool:
    """Look until *reached* holds; the test fails by its own assertion if it never does."""
    return any(reached() for _ in range(2_000_000))


def test_a_worker_with_a_job_is_busy() -> None:
    with Worker() as worker:
        assert busy_workers()
        assert not quiescent_outside()
        (thread,) = busy_worker_threads()
        assert thread in worker.pool._threads


def test_a_worker_without_a_job_is_not() -> None:
    with Worker() as worker:
        worker.may_end.set()

        assert until(lambda: not busy_workers())
        assert until(quiescent_outside)
        assert busy_worker_threads() == []


def test_the_stack_of_a_busy_worker_begins_with_its_job() -> None:
    with Worker():
        name, *frames = worker_stacks().splitlines()

    assert name.startswith("ThreadPoolExecutor")
    assert any(frame.startswith(f"  {__file__}:") and "in Worker.job" in frame for frame in frames)


def test_a_worker_of_anyio_is_known_as_one() -> None:
    seen = []

    async def main() -> None:
        may_end = threading.Event()
        begun = threading.Event()

        def job() -> None:
            begun.set()
            may_end.wait(60)

        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, job)
            await anyio.to_thread.run_sync(begun.wait, 60)
            seen.append(busy_workers())
            may_end.set()

    asyncio.run(main())

    assert seen == [True]


def test_a_thread_that_waits_to_be_notified_does_nothing_by_itself() -> None:
    """Such as the listener of a log."""
    condition = threading.Condition()
    waits = threading.Event()

    def listen() -> None:
        with condition:
            waits.set()
            condition.wait()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    waits.wait(60)

    assert until(quiescent_outside)
    with condition:
        condition.notify_all()
    thread.join()


def test_a_thread_that_waits_for_a_time_may_do_anything_then() -> None:
    may_end = threading.Event()
    thread = threading.Thread(target=may_end.wait, args=(60,), daemon=True)
    thread.start()

    assert not any(quiescent_outside() for _ in range(100))
    may_end.set()
    thread.join()


@pytest.mark.parametrize("asleep", [True, False])
def test_a_thread_of_a_driver_says_itself_whether_it_sleeps(asleep: bool) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def run() -> None:
        begun.set()
        while not may_end.wait(0.01):
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begun.wait(60)
    assert thread.ident is not None
    dormant_threads[thread.ident] = lambda: asleep

    assert quiescent_outside() is asleep
    may_end.set()
    thread.join()
    del dormant_threads[thread.ident]


def test_a_bystander_of_the_test_run_gives_an_app_nothing() -> None:
    begun, may_end = threading.Event(), threading.Event()
    namespace: dict[str, Any] = {"__name__": "pytest_timeout", "begun": begun, "may_end": may_end}
    exec("def watch():\n    begun.set()\n    may_end.wait(60)\n", namespace)  # noqa: S102 - a frame of another module
    thread = threading.Thread(target=namespace["watch"], daemon=True)
    thread.start()
    begun.wait(60)

    assert quiescent_outside()
    may_end.set()
    thread.join()


def test_asyncio_waiting_for_a_child_is_work() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def _do_waitpid() -> None:
        begun.set()
        while not may_end.is_set():
            pass

    thread = threading.Thread(target=_do_waitpid, daemon=True)
    thread.start()
    begun.wait(60)

    assert until(busy_workers)
    may_end.set()
    thread.join()


def test_a_stack_begins_with_the_innermost_frame() -> None:
    frame = thread_frames()[threading.get_ident()]

    stack = stack_of(frame)

    assert stack[0] is frame
    assert stack[-1].f_back is None
