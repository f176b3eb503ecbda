"""Smaller requests that show the same."""

from __future__ import annotations

import asyncio
import json

from asgitest.conformance.engine.shrink import shrink, shrink_sequence
from asgitest.conformance.records import Request


def test_what_is_not_needed_is_left_out() -> None:
    """Headers, query pairs, members of the body; numbers become small."""
    request = Request(
        method="POST",
        target=b"/items?a=1&b=2",
        headers=((b"x-a", b"1"), (b"content-type", b"application/json")),
        body=json.dumps({"keep": -500, "drop": [1, 2, 3]}).encode(),
    )

    async def shows(candidate: Request) -> bool:
        value = json.loads(candidate.body)
        return isinstance(value, dict) and value.get("keep", 0) < -3

    smaller = asyncio.run(shrink(request, shows))

    assert smaller.target == b"/items"
    assert smaller.headers == ((b"content-type", b"application/json"),)
    assert list(json.loads(smaller.body)) == ["keep"]
    assert -8 <= json.loads(smaller.body)["keep"] < -3


def test_executions_are_bounded() -> None:
    """A request that never gets smaller ends all the same."""
    sent = []

    async def shows(candidate: Request) -> bool:
        sent.append(candidate)
        return False

    asyncio.run(shrink(Request(method="POST", target=b"/", body=b"[" + b"1," * 500 + b"1]"), shows, executions=20))

    assert len(sent) == 20


def test_a_sequence_keeps_its_last_step_and_what_it_needs() -> None:
    """Delta debugging."""

    async def shows(steps: list[str]) -> bool:
        return "create" in steps and steps[-1] == "delete"

    assert asyncio.run(shrink_sequence(["list", "create", "read", "put", "delete"], shows)) == ["create", "delete"]
