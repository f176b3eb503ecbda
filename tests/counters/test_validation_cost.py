"""What validation costs, as counts: Python calls of the core for a request and for a message, and what is kept."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asgitest.testclient import ProtocolWarning, TestClient
from asgitest.testclient.asgi import HTTPExchange, Trace, build_http_scope

PROJECT = Path(__file__).parents[2]
CHUNKS = 1000
CALLS_FOR_A_REQUEST = 60
CALLS_FOR_A_MESSAGE = 4
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


def calls_of(conversation: Any) -> int:
    """How many Python functions a conversation calls."""
    count = 0

    def watch(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(watch)
    try:
        conversation()
    finally:
        sys.setprofile(None)
    return count


def converse(chunks: int) -> None:
    exchange = HTTPExchange(build_http_scope(headers=[(b"host", b"a")], extensions={}))
    exchange.client_sent(b"", more=False)
    exchange.next_message()
    exchange.app_sent(START.copy())
    for _ in range(chunks):
        exchange.app_sent({"type": "http.response.body", "body": b"hello", "more_body": True})
    exchange.app_sent({"type": "http.response.body", "body": b""})
    exchange.app_returned()
    assert exchange.findings == []


def test_a_request_and_a_message_are_judged_in_few_calls() -> None:
    """At most 40 us and 1.5 us on the machine where that was set; calls do not depend on the machine."""
    converse(1)

    request = calls_of(lambda: converse(0))
    stream = calls_of(lambda: converse(CHUNKS))

    assert request <= CALLS_FOR_A_REQUEST
    assert (stream - request) / CHUNKS <= CALLS_FOR_A_MESSAGE


async def hello(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    await send(START)
    await send({"type": "http.response.body", "body": b"hello"})


async def padded(scope, receive, send):
    await send({**START, "headers": [(b"x-a", b" 1")]})
    await send({"type": "http.response.body", "body": b"hello"})


def kept(requests: int) -> int:
    """How many conversations are still there when their responses are gone."""
    with TestClient(hello) as client:
        for _ in range(requests):
            client.get("/")
        gc.collect()
        return sum(type(each) in {HTTPExchange, Trace} for each in gc.get_objects())


def test_nothing_is_kept_of_a_conversation_when_its_response_is_gone() -> None:
    """In a process of its own: the plugin keeps the last conversations of a test, to show them if it fails."""
    script = "from tests.counters.test_validation_cost import kept; print(kept(1), kept(50))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PROJECT)

    few, many = run.stdout.split()
    assert int(many) <= int(few)


def test_findings_are_kept_once_for_each_cause() -> None:
    client = TestClient(padded, validate="warn")
    with pytest.warns(ProtocolWarning, match="ASGI-HTTP-016"):
        client.get("/")
    for _ in range(49):
        client.get("/")

    assert [(found.finding.rule.id, found.count) for found in client.findings] == [("ASGI-HTTP-016", 50)]
