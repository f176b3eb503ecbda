"""Code that blocks the loop is broken into at its line, by a timer that is only borrowed."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from math import inf

import pytest

from asgitest.testclient import DeadlineExceeded, TestClient
from asgitest.testclient.driver import alarm
from asgitest.testclient.driver.alarm import LoopBlocked, arm, disarm

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no such timer")

OK = ({"type": "http.response.start", "status": 200}, {"type": "http.response.body", "body": b"ok"})


@pytest.fixture(autouse=True)
def timer():
    """Each test has the timer for itself, as if it had never been used."""
    before = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 0)
    alarm._alarm.rings_at = alarm._alarm.limit = inf
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    alarm._alarm.rings_at = alarm._alarm.limit = inf


def ring(*, limit=-inf):
    """Let the timer ring now; the wait's own deadline was *limit*."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    alarm._alarm.rings_at = 0.0
    if alarm._alarm.limit != inf:
        alarm._alarm.limit = limit
    signal.raise_signal(signal.SIGALRM)


async def inside_a_callback(function):
    raised = []

    def callback():
        try:
            function()
        except LoopBlocked as error:
            raised.append(error)

    asyncio.get_running_loop().call_soon(callback)
    await asyncio.sleep(0)
    return raised


def run(function):
    return asyncio.run(inside_a_callback(function))


def test_what_blocks_a_callback_of_the_loop_is_broken_into():
    assert arm(60)

    raised = run(ring)
    disarm()

    assert len(raised) == 1


def test_code_that_blocks_no_loop_is_left_alone():
    assert arm(60)
    ring()
    disarm()


def test_a_loop_that_turns_is_left_alone():
    """The innermost frame is the loop's own then: it will see the deadline by itself."""
    assert arm(60)

    alarm._alarm.limit = -inf
    alarm._alarm.rings_at = 0.0
    namespace = {"__name__": "asyncio.base_events", "signal": signal}
    exec("def turn():\n    signal.raise_signal(signal.SIGALRM)\n", namespace)  # noqa: S102 - a frame of another module
    raised = run(namespace["turn"])
    disarm()

    assert raised == []


def test_an_app_that_a_debugger_has_stopped_is_left_alone():
    assert arm(60)

    namespace = {"__name__": "bdb", "ring": ring}
    exec("def interaction():\n    ring()\n", namespace)  # noqa: S102 - a frame of another module
    raised = run(namespace["interaction"])
    disarm()

    assert raised == []


def test_nothing_is_set_without_a_timeout():
    assert not arm(None)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_nothing_is_set_outside_the_main_thread():
    """Signals are handled in the main thread only."""
    armed = []
    thread = threading.Thread(target=lambda: armed.append(arm(60)))
    thread.start()
    thread.join()

    assert armed == [False]


def test_a_timer_of_somebody_else_goes_on():
    """pytest-timeout uses it as well."""
    signal.setitimer(signal.ITIMER_REAL, 1000)

    assert not arm(1)
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 900


def test_a_handler_of_somebody_else_is_left_in_place():
    def handler(number, frame):
        pass

    signal.signal(signal.SIGALRM, handler)

    assert not arm(1)
    assert signal.getsignal(signal.SIGALRM) is handler


def test_what_rings_before_the_deadline_is_set_for_the_rest():
    """The timer still runs for an earlier wait."""
    assert arm(60)

    raised = run(lambda: ring(limit=time.monotonic() + 50))
    disarm()

    assert raised == []
    assert 40 < signal.getitimer(signal.ITIMER_REAL)[0] <= 50


def test_the_timer_is_set_once_for_many_waits():
    arm(60)
    disarm()
    signal.setitimer(signal.ITIMER_REAL, 1000)
    arm(60)
    disarm()

    assert signal.getitimer(signal.ITIMER_REAL)[0] > 900


def test_a_shorter_wait_sets_the_timer_anew():
    arm(60)
    disarm()
    arm(5)

    assert signal.getitimer(signal.ITIMER_REAL)[0] < 6


def test_a_timer_that_was_stopped_is_set_anew():
    """Somebody used it meanwhile, and has put our handler back."""
    arm(60)
    disarm()
    signal.setitimer(signal.ITIMER_REAL, 0)
    alarm._alarm.rings_at = 1.0
    arm(60)

    assert signal.getitimer(signal.ITIMER_REAL)[0] > 50


def test_what_rings_when_no_wait_is_left_is_for_nothing():
    assert arm(60)
    disarm()
    ring()

    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_an_alarm_that_a_test_sets_later_does_what_it_does_without_us(pytester):
    """Its default is to end the process."""
    script = pytester.makepyfile(
        "import signal, time\n"
        "from asgitest.testclient.driver import alarm\n"
        "alarm.arm(60)\n"
        "alarm.disarm()\n"
        "signal.raise_signal(signal.SIGALRM)\n"
        "print('still here')\n",
    )
    result = pytester.run(sys.executable, script)

    assert result.ret == -signal.SIGALRM
    assert "still here" not in result.outlines


# Through the client ---------------------------------------------------------------------------------------------------


def sleeper(where):
    async def app(scope, receive, send):
        if scope["type"] == where:
            time.sleep(60)  # line that blocks  # noqa: ASYNC251 - that is the fault
        await receive()
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await receive()
            time.sleep(60)  # noqa: ASYNC251 - that is the fault
        for message in OK:
            await send(message)

    return app


@pytest.mark.parametrize("driver", ["baton", "public"])
def test_a_handler_that_sleeps_without_awaiting_ends_at_the_deadline(driver):
    with pytest.raises(DeadlineExceeded, match="does not let the loop turn") as caught:
        TestClient(sleeper("http"), timeout=0.05, driver=driver).get("/")

    assert f"{__file__}:" in str(caught.value)
    assert "time.sleep(60)" in str(caught.value)


def test_the_deadline_of_one_call_holds_for_code_that_blocks_as_well():
    with pytest.raises(DeadlineExceeded, match=r"waited 0\.05 s"):
        TestClient(sleeper("http")).get("/", timeout=0.05)


def test_a_startup_that_sleeps_without_awaiting_ends_at_the_deadline():
    with pytest.raises(DeadlineExceeded, match="lifespan, whose code"), TestClient(sleeper("lifespan"), timeout=0.05):
        pytest.fail("the block was entered")


def test_a_websocket_that_sleeps_without_awaiting_ends_at_the_deadline():
    client = TestClient(sleeper("nothing"), timeout=0.05)
    with (
        pytest.raises(DeadlineExceeded, match="websocket /, whose code"),
        client.websocket_connect("/") as websocket,
    ):
        websocket.send_text("hi")


def test_a_busy_loop_after_an_await_ends_at_the_deadline():
    async def app(scope, receive, send):
        await asyncio.sleep(0.001)
        while True:
            pass

    with pytest.raises(DeadlineExceeded, match="while True"):
        TestClient(app, timeout=0.05).get("/")


def test_a_task_group_does_not_hide_it():
    async def app(scope, receive, send):
        async with asyncio.TaskGroup() as group:
            group.create_task(blocks())

    async def blocks():
        time.sleep(60)  # noqa: ASYNC251 - that is the fault

    with pytest.raises(DeadlineExceeded, match=r"in .*blocks"):
        TestClient(app, timeout=0.05).get("/")


def test_the_client_can_be_used_afterwards():
    blocked = []

    async def app(scope, receive, send):
        if not blocked:
            blocked.append(True)
            time.sleep(60)  # noqa: ASYNC251 - that is the fault
        for message in OK:
            await send(message)

    client = TestClient(app, timeout=0.05)
    with pytest.raises(DeadlineExceeded):
        client.get("/")

    assert client.get("/").text == "ok"


def test_no_timer_is_left_when_the_interpreter_ends() -> None:
    """The handler is gone by then, and the signal would be the end of the process, with its exit status."""
    script = """
import atexit, signal
atexit.register(lambda: print(signal.getitimer(signal.ITIMER_REAL)[0]))  # the first is called last
from asgitest.testclient import TestClient
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body"})
TestClient(app).get("/")
assert signal.getitimer(signal.ITIMER_REAL)[0]
"""

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert run.stdout == "0.0\n"
