"""Loops that are used again by clients that were never entered."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from anyio.to_thread import run_sync

from asgitest.testclient import TestClient
from asgitest.testclient.driver import complete, give_back, make_driver, take
from asgitest.testclient.driver.baton import BatonDriver

if TYPE_CHECKING:
    from collections.abc import Iterator


def make() -> Any:
    return make_driver("baton", parked_root=True)


@pytest.fixture(autouse=True)
def _empty_shelf() -> Iterator[None]:
    """Each test begins with a thread that keeps no loop, and leaves none."""
    take(make).close()
    yield
    take(make).close()


def test_a_loop_is_used_again() -> None:
    first = take(make)
    give_back(first)

    second = take(make)

    assert second is first
    second.close()


def test_two_that_are_in_use_at_once_are_different() -> None:
    """Two WebSocket sessions of clients that were never entered may be open at once."""
    first, second = take(make), take(make)

    assert first is not second
    give_back(first)
    give_back(second)
    assert take(make) is first
    assert closed(second)
    first.close()


def test_a_thread_never_gets_the_loop_of_another() -> None:
    first = take(make)
    give_back(first)
    seen: list[Any] = []

    thread = threading.Thread(target=lambda: seen.append(take(make)))
    thread.start()
    thread.join()

    assert seen[0] is not first
    seen[0].close()


def test_a_loop_is_closed_with_its_thread() -> None:
    seen: list[Any] = []

    def use() -> None:
        seen.append(take(make))
        give_back(seen[0])

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()

    assert closed(seen[0])


def test_a_task_that_the_app_left_is_cancelled_and_the_loop_used_again() -> None:
    """Starlette's client cancels it as well, with the loop that it has made for the request."""
    driver = take(make)
    cancelled: list[str] = []

    async def left() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append("left")

    async def app() -> None:
        app.task = asyncio.create_task(left())  # type: ignore[attr-defined]  # kept, or it could be collected
        await asyncio.sleep(0)

    task = driver.start(app)
    complete(driver.wait(task.done, 5))

    give_back(driver)

    assert cancelled == ["left"]
    again = take(make)
    assert again is driver
    again.close()


def test_a_loop_with_an_open_generator_is_not_used_again() -> None:
    """Only closing the loop ends the generator, and a loop can be closed once."""
    driver = take(make)

    async def endless() -> Any:
        while True:
            yield 1

    generator = endless()

    async def app() -> None:
        await anext(generator)

    task = driver.start(app)
    complete(driver.wait(task.done, 5))

    give_back(driver)

    assert closed(driver)
    assert generator.ag_frame is None


def test_a_loop_that_a_helper_thread_has_watched_is_not_used_again() -> None:
    """So that a request outside a with block leaves no thread."""
    driver = take(make)

    async def app() -> None:
        app.timer = asyncio.get_running_loop().call_later(60, print)  # type: ignore[attr-defined]

    task = driver.start(app)
    complete(driver.wait(task.done, 5))

    give_back(driver)

    assert closed(driver)
    assert not [thread for thread in threading.enumerate() if thread.name == "asgitest watcher"]


def test_inside_a_running_loop_nothing_is_kept_or_taken() -> None:
    """There a helper thread drives the client's loop, and it must not stay."""
    idle = take(make)
    give_back(idle)

    async def inside() -> Any:
        driver = take(make)
        give_back(driver)
        return driver

    driver = asyncio.run(inside())

    assert driver is not idle
    assert closed(driver)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_leaves_the_loop_of_its_parent_alone() -> None:
    """Both share one selector in the kernel: closing the loop in the child would end the parent's."""
    driver = take(make)
    give_back(driver)

    child = os.fork()
    if child == 0:  # pragma: no cover - in another process
        other = take(make)
        os._exit(0 if other is not driver and not closed(driver) else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    again = take(make)
    assert again is driver
    again.close()


def test_clients_that_were_never_entered_share_the_loop() -> None:
    loops: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    for _ in range(3):
        TestClient(app).get("/")

    assert len(set(loops)) == 1


def closed(driver: Any) -> bool:
    """Whether the loop of *driver* has been closed."""
    assert isinstance(driver, BatonDriver)
    return driver._loop.is_closed()


def set_handler(loop: Any) -> None:
    loop.set_exception_handler(print)


def set_factory(loop: Any) -> None:
    loop.set_task_factory(make_task)


def make_task(loop: Any, coroutine: Any, **options: Any) -> Any:
    return asyncio.Task(coroutine, loop=loop, **options)


def set_debug(loop: Any) -> None:
    loop.set_debug(not loop.get_debug())


def use_executor(loop: Any) -> None:
    loop.run_in_executor(None, threading.get_ident)


def use_timer(loop: Any) -> None:
    loop.call_later(60, print)


@pytest.mark.parametrize("change", [set_handler, set_factory, set_debug, use_executor, use_timer])
def test_what_an_app_has_set_on_its_loop_never_reaches_the_next(change: Any) -> None:
    """The next test begins with a loop as good as new."""
    driver = take(make)
    complete(driver.poke(lambda: change(asyncio.get_running_loop())))

    give_back(driver)

    assert closed(driver)


def test_a_loop_whose_app_has_worker_threads_is_closed_so_that_they_end() -> None:
    """The threads are no daemons: kept, they would keep the interpreter from ending."""
    driver = take(make)
    task = driver.start(lambda: run_sync(threading.get_ident))
    complete(driver.wait(task.done, 5))

    give_back(driver)

    assert task.result() != threading.get_ident()
    assert closed(driver)


def test_a_client_that_is_left_leaves_its_loop_to_the_next() -> None:
    loops: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    for _ in range(3):
        with TestClient(app):
            pass

    assert len(loops) == 3
    assert len(set(loops)) == 1


def test_a_process_ends_while_a_loop_waits_to_be_used_again() -> None:
    """Neither a thread nor a warning of an unclosed loop is left when the interpreter ends."""
    program = """
from asgitest.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("ok"))])
for _ in range(2):
    print(TestClient(app).get("/").text)
    with TestClient(app) as client:
        print(client.get("/").text)
"""

    result = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (result.returncode, result.stdout.split(), result.stderr) == (0, ["ok"] * 4, "")
