"""What is there before and after the call of a test, and what of it is called a leak."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, Request

from asgitest.pytest_plugin.leak_checks import Watch
from asgitest.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgitest.pytest_plugin.leftovers import Kind

STOP = threading.Event()


def get_user() -> str:
    return "real"


@pytest.fixture
def client() -> Iterator[TestClient]:
    STOP.clear()
    app = FastAPI()
    app.state.visits = 0

    @app.get("/task")
    async def leave_a_task(request: Request) -> None:
        request.app.state.task = asyncio.create_task(asyncio.sleep(3600), name="left")

    @app.get("/visit")
    async def visit(request: Request) -> None:
        request.app.state.visits += 1
        await asyncio.create_task(asyncio.sleep(0))

    with TestClient(app) as entered:
        yield entered
        app.dependency_overrides.clear()
        os.environ.pop("SHOP_MODE", None)
        STOP.set()


def watched(client: TestClient, call: Callable[[], object], afterwards: Callable[[], object]) -> list[tuple[Kind, str]]:
    watch = Watch(client.app, client)
    call()
    watch.stop()
    afterwards()
    return list(watch.left())


def nothing() -> None:
    """Nothing is torn down."""


def set_mode() -> None:
    os.environ["SHOP_MODE"] = "test"


def start_thread() -> None:
    threading.Thread(target=STOP.wait, args=(5,), name="waiter", daemon=True).start()


@pytest.mark.parametrize(
    ("do", "kind", "sentence"),
    [
        (lambda _: set_mode(), "environment", "changed the environment variable SHOP_MODE"),
        (lambda _: start_thread(), "threads", "left the thread 'waiter' running"),
        (lambda client: client.get("/task"), "tasks", "left the task 'left' of the app running, at "),
        (
            lambda client: client.app.dependency_overrides.update({get_user: str}),
            "overrides",
            "changed app.dependency_overrides[get_user] and left it so",
        ),
        (lambda client: setattr(client.app.state, "mode", "test"), "state", "changed app.state.mode and left it so"),
        (lambda client: delattr(client.app.state, "visits"), "state", "changed app.state.visits and left it so"),
    ],
)
def test_what_is_left_is_told(client: TestClient, do: Callable[[Any], object], kind: Kind, sentence: str) -> None:
    ((found, said),) = watched(client, lambda: do(client), nothing)

    assert found == kind
    assert said.startswith(sentence)


def use_a_pool() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()


def state_set_and_set_back(client: Any) -> None:
    client.app.state.visits = 7
    client.app.state.visits = 0


@pytest.mark.parametrize(
    ("do", "afterwards"),
    [
        (lambda _: nothing(), lambda _: nothing()),
        (lambda _: set_mode(), lambda _: os.environ.pop("SHOP_MODE")),
        (
            lambda client: client.app.dependency_overrides.update({get_user: str}),
            lambda client: client.app.dependency_overrides.clear(),
        ),
        (lambda client: setattr(client.app.state, "mode", 1), lambda client: delattr(client.app.state, "mode")),
        (state_set_and_set_back, lambda _: nothing()),
        (lambda client: client.get("/visit"), lambda _: nothing()),
        (lambda _: use_a_pool(), lambda _: nothing()),
        (lambda client: client.get("/task"), lambda client: client.run(cancel, client.app)),
    ],
)
def test_what_is_put_back_or_belongs_to_the_app_is_not(
    client: TestClient, do: Callable[[Any], object], afterwards: Callable[[Any], object]
) -> None:
    assert watched(client, lambda: do(client), lambda: afterwards(client)) == []


async def cancel(app: FastAPI) -> None:
    app.state.task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await app.state.task


def test_the_state_is_the_apps_own_object_when_nobody_watches(client: TestClient) -> None:
    app: Any = client.app
    own = vars(app.state)["_state"]
    watch = Watch(app, client)

    assert vars(app.state)["_state"] is not own
    app.state.mode = "seen by both"
    watch.stop()

    assert vars(app.state)["_state"] is own
    assert own["mode"] == "seen by both"


def test_an_app_that_runs_elsewhere_is_looked_at_without_its_tasks(client: TestClient) -> None:
    watch = Watch(client.app, None)
    client.get("/task")
    watch.stop()

    assert list(watch.left()) == []


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """An app with nothing but a call."""


def test_an_app_without_state_and_overrides_can_be_watched() -> None:
    watch = Watch(plain, None)
    watch.stop()

    assert list(watch.left()) == []
