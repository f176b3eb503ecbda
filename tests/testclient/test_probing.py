"""Every rule that is judged by a probe: its bad example is found, its good one is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asgitest.testclient.asgi import PROBES, RULES, Call, Example
from asgitest.testclient.probing import run_probe
from tests.testclient.asgi.example_runner import load, scope_of

PROBED = [rule for rule in RULES.values() if rule.judged == "probe"]


def base_of(example: Example) -> Call:
    scope = scope_of(example)
    if example.protocol == "http":
        gives = ({"type": "http.request", "body": b"hello", "more_body": False},)
        return Call(scope=scope | {"state": {}, "extensions": {}}, gives=gives)
    return Call(scope=scope)


def judged(example: Example, rule_id: str) -> list[str]:
    async def run() -> list[str]:
        problems = await run_probe(load(example), PROBES[rule_id], base_of(example), patience=0.05)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return [problem.rule_id for problem in problems]

    return asyncio.run(run())


def test_every_rule_that_needs_a_probe_has_one() -> None:
    assert {rule.id for rule in PROBED} == set(PROBES)
    assert all(PROBES[rule.id].protocol == rule.bad.protocol == rule.good.protocol for rule in PROBED)


@pytest.mark.parametrize("rule_id", PROBES)
def test_the_probe_finds_the_bad_example(rule_id: str) -> None:
    assert judged(RULES[rule_id].bad, rule_id) == [rule_id]


@pytest.mark.parametrize("rule_id", PROBES)
def test_the_probe_is_silent_about_the_good_example(rule_id: str) -> None:
    assert judged(RULES[rule_id].good, rule_id) == []


@pytest.mark.parametrize("rule_id", [rule_id for rule_id, probe in PROBES.items() if probe.protocol == "http"])
def test_no_probe_minds_an_app_that_is_right(rule_id: str) -> None:
    """An app that reads its body, knows its path, and refuses what it does not know."""

    async def app(scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        path = scope["path"].removeprefix(scope.get("root_path") or "")
        await send({"type": "http.response.start", "status": 200 if path == "/" else 404, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def run() -> list[Any]:
        return await run_probe(app, PROBES[rule_id], base_of(RULES[rule_id].good), patience=0.05)

    assert asyncio.run(run()) == []
