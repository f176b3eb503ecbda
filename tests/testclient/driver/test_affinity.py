"""An app that minds in which thread it runs."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from asgitest.testclient import TestClient
from asgitest.testclient.driver import thread_hint


def build_app() -> Any:
    """An app with one connection for all of its life, as many examples have it."""
    connections: list[sqlite3.Connection] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            connections.append(sqlite3.connect(":memory:"))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            connections.pop().close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        connections[0].execute("select 1")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    return app


def ask_from_another_thread(client: TestClient) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(client.get, "/").result(30)


@pytest.mark.parametrize("driver", ["baton", "public"])
def test_a_connection_that_is_used_in_another_thread_says_which_driver_helps(driver: Any) -> None:
    with TestClient(build_app(), driver=driver) as client:
        assert client.get("/").status_code == 204

        with pytest.raises(sqlite3.ProgrammingError) as caught:
            ask_from_another_thread(client)

    assert 'driver="thread"' in "\n".join(caught.value.__notes__)


def test_with_one_thread_for_the_app_it_works() -> None:
    with TestClient(build_app(), driver="thread") as client:
        assert ask_from_another_thread(client).status_code == 204


def test_another_error_has_no_such_hint() -> None:
    error = sqlite3.ProgrammingError("cannot operate on a closed database")

    assert thread_hint(error, "baton") == ""
    assert thread_hint(error, "thread") == ""
