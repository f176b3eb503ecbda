"""Sockets that are bound beforehand, and servers that stop when they are told."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from asgitest.pytest_plugin.servers.runners import RUNNERS, bind, wait_for_listener


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served"})


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_a_bound_port_accepts_nobody_before_somebody_listens() -> None:
    with bind() as bound, pytest.raises(ConnectionRefusedError):
        socket.create_connection(bound.getsockname(), timeout=1)


def test_waiting_ends_when_somebody_listens_or_nobody_ever_will() -> None:
    gone = threading.Event()
    with bind() as bound:
        bound.listen()
        wait_for_listener(bound.getsockname(), gone)
    gone.set()

    wait_for_listener(("127.0.0.1", 1), gone)


@pytest.mark.parametrize("kind", RUNNERS)
def test_a_server_serves_on_the_socket_until_it_is_told_to_stop(kind: Any) -> None:
    bound = bind()
    runner = RUNNERS[kind](app, bound)
    thread = threading.Thread(target=runner.run, daemon=True)
    thread.start()
    wait_for_listener(bound.getsockname(), threading.Event())

    answer = ask(bound.getsockname()[1])
    runner.stop()
    thread.join(15)
    bound.close()

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"served" in answer
    assert not thread.is_alive()


@pytest.mark.parametrize("kind", ["hypercorn", "granian"])
def test_a_server_that_is_stopped_before_it_runs_ends_at_once(kind: Any) -> None:
    with bind() as bound:
        runner = RUNNERS[kind](app, bound)
        runner.stop()
        thread = threading.Thread(target=runner.run, daemon=True)
        thread.start()
        thread.join(15)

    assert not thread.is_alive()
