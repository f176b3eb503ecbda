"""A worker thread that never comes back does not keep the process."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from asgitest.testclient.driver import abandon_workers

BLOCKING = """
import asyncio, threading
import anyio
from asgitest.testclient import DeadlineExceeded, TestClient

async def app(scope, receive, send):
    assert scope["type"] == "http"
    await {call}(threading.Event().wait)

try:
    TestClient(app, timeout=0.3).get("/")
except DeadlineExceeded as error:
    print("self._cond.wait(timeout)" in str(error))
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="from 3.13 on the threads to join are known to C code alone")
@pytest.mark.parametrize("call", ["asyncio.to_thread", "anyio.to_thread.run_sync"])
def test_the_interpreter_exits_though_a_worker_is_blocked(call):
    done = subprocess.run(
        [sys.executable, "-c", BLOCKING.format(call=call)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n"


def test_threads_that_are_no_workers_are_left_alone():
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()

    abandon_workers()
    release.set()
    thread.join(10)

    assert not thread.is_alive()
