"""The private names of asyncio, and what happens where one of them is not what it was."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

from asgitest.testclient.driver.driven_loop import DrivenLoop
from asgitest.testclient.driver.private_asyncio import LoopInternals, begin_inner_task, missing


def test_every_private_name_is_there_on_this_python() -> None:
    assert missing() is None


def test_the_self_test_leaves_the_loop_that_runs_alone() -> None:
    """The first client of a process may be made inside an asynchronous test."""

    async def inside() -> bool:
        missing.cache_clear()
        before = asyncio.get_running_loop()
        await asyncio.sleep(0)
        found = missing()
        return found is None and asyncio.get_running_loop() is before

    assert asyncio.run(inside())


CHANGED = """
import asyncio, sys, warnings
from asyncio.base_events import BaseEventLoop

original = BaseEventLoop._run_once

def only_for_run_forever(self):
    if sys._getframe(1).f_code.co_name != "run_forever":
        raise NotImplementedError("one turn cannot be run any more")
    original(self)

BaseEventLoop._run_once = only_for_run_forever

from asgitest.testclient import TestClient

async def app(scope, receive, send):
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"still works"})

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(3):
        with TestClient(app, validate="off") as client:
            print(client.get("/").text, client._server.driver.name)
for each in caught:
    print(each.category.__name__, each.message)
"""


def test_where_one_has_changed_the_public_driver_takes_over_and_says_so_once() -> None:
    result = subprocess.run([sys.executable, "-c", CHANGED], capture_output=True, text=True, check=True, timeout=60)

    lines = result.stdout.splitlines()
    assert lines[:3] == ["still works public"] * 3
    assert len(lines) == 4
    assert lines[3].startswith("DriverWarning this Python's asyncio is not as expected (NotImplementedError: one turn")


def test_a_cancelled_callback_is_left_out_of_a_quick_turn() -> None:
    loop = DrivenLoop()
    called: list[str] = []
    internals = LoopInternals(loop)

    loop.call_soon(called.append, "cancelled").cancel()
    loop.call_soon(called.append, "run")
    internals.enter()
    internals.run_ready()
    internals.leave()

    assert called == ["run"]
    loop.close()


def test_debug_mode_keeps_its_own_way_of_a_turn() -> None:
    """So that asyncio still measures slow callbacks."""
    loop = DrivenLoop()
    loop.set_debug(enabled=True)
    depth_before = sys.get_coroutine_origin_tracking_depth()
    internals = LoopInternals(loop)
    called: list[int] = []

    internals.enter()
    loop.call_soon(lambda: called.append(sys.get_coroutine_origin_tracking_depth()))
    internals.run_ready()
    internals.leave()

    assert called[0] > 0
    assert sys.get_coroutine_origin_tracking_depth() == depth_before
    loop.close()


def test_a_task_begins_at_once_inside_another() -> None:
    """The inner one is the current task in its first step, the outer one is it again afterwards."""
    seen: list[Any] = []

    async def inner() -> str:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        return "ended"

    async def outer() -> str:
        task = begin_inner_task(asyncio.get_running_loop(), inner(), name="inner", context=None)
        seen.append(asyncio.current_task())
        assert seen[0] is task
        return str(await task)

    assert asyncio.run(outer()) == "ended"
    assert seen[0].get_name() == "inner"
    assert seen[1].get_name() != "inner"
