"""Gates on what an operation costs besides time: threads, wake-ups, loop turns, context switches, memory, leftovers."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING

import pytest

from asgitest.testclient import TestClient
from tests.counters.counting import costs_of, open_descriptors, peak_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

MEBIBYTE = 2**20
# The kernel may put a thread to sleep for reasons of its own (a page fault): one in twenty is no wait for somebody.
STRAY_SWITCHES = 0.05

OPERATIONS = {
    "GET": lambda client: client.get("/get"),
    "POST": lambda client: client.post("/post", json={"hello": "world"}),
    "stream": lambda client: client.get("/stream?count=100&size=10"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_async_endpoint_costs_no_thread_no_wake_up_and_no_wait(client: TestClient, name: str) -> None:
    """The caller's thread runs the loop itself, so nobody has to be woken."""
    costs = costs_of(lambda: OPERATIONS[name](client))

    assert (costs.threads, costs.threadsafe_calls) == (0, 0)
    assert costs.switches <= STRAY_SWITCHES


def test_a_sync_endpoint_costs_one_wake_up_once_its_thread_is_there(client: TestClient) -> None:
    """The worker thread tells the loop that it is done; that is all."""
    costs = costs_of(lambda: client.get("/sync"))

    assert (costs.threads, costs.threadsafe_calls) == (0, 1)


def test_an_echo_costs_hardly_more_than_one_turn(client: TestClient) -> None:
    """A WebSocket message is put where the app waits, and the loop turned once."""
    with client.websocket_connect("/echo") as session:

        def echo() -> None:
            session.send_text("x")
            assert session.receive_text() == "x"

        costs = costs_of(echo)

    assert 1 <= costs.turns <= 1.3  # none at all would mean that nothing is counted
    assert costs.switches <= STRAY_SWITCHES
    assert (costs.threads, costs.threadsafe_calls) == (0, 0)


def test_a_client_for_one_test_costs_no_thread_and_four_turns(app: Starlette) -> None:
    """Construct, enter, one GET, leave: what a fixture does for each test."""

    def fixture() -> None:
        with TestClient(app) as client:
            client.get("/get")

    costs = costs_of(fixture)

    assert costs.threads == 0
    assert 1 <= costs.turns <= 4


@pytest.mark.parametrize("entered", [True, False], ids=["entered", "not entered"])
def test_three_hundred_clients_leave_nothing(app: Starlette, *, entered: bool) -> None:
    """No thread, no descriptor, no task and no loop stays behind."""
    use = use_entered if entered else use_plain
    use(app)

    before = leftovers()
    for _ in range(300):
        use(app)

    assert leftovers() == before


def use_entered(app: Starlette) -> None:
    with TestClient(app) as client:
        assert client.get("/get").status_code == 200


def use_plain(app: Starlette) -> None:
    assert TestClient(app).get("/get").status_code == 200


def leftovers() -> dict[str, int]:
    """What a client could have left behind."""
    gc.collect()
    # By type: looking at an object itself may wake it (Django has objects that load their settings then).
    alive = gc.get_objects()
    return {
        "threads": threading.active_count(),
        "descriptors": open_descriptors(),
        "tasks": sum(issubclass(type(each), asyncio.Task) for each in alive),
        "loops": sum(issubclass(type(each), asyncio.AbstractEventLoop) for each in alive),
    }


@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        (lambda client: client.post("/drain", content=UPLOAD), 0.5 * MEBIBYTE),
        (lambda client: client.get("/stream?count=160&size=65536"), 2.1 * 10 * MEBIBYTE),
    ],
    ids=["upload of 10 MiB", "stream of 10 MiB, read whole"],
)
def test_bodies_are_not_copied_more_than_needed(
    client: TestClient, operation: Callable[[TestClient], object], limit: float
) -> None:
    """An upload is handed to the app as it is; a response read whole is its chunks and their sum."""
    assert peak_bytes(lambda: operation(client)) <= limit


UPLOAD = b"u" * (10 * MEBIBYTE)
