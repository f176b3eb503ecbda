"""The registry of rules: every rule is complete, and its examples do what they say."""

from __future__ import annotations

import asyncio
import re

import pytest

from asgitest.testclient.asgi import RULES, Level, Rule, build_http_scope, check_scope
from tests.testclient.asgi.builders import ids
from tests.testclient.asgi.controls import CONTROLS
from tests.testclient.asgi.example_runner import converse, load
from tests.testclient.asgi.seeds import SEEDS

JUDGED_HERE = [rule for rule in RULES.values() if rule.judged == "conversation"]
EVERY = list(RULES.values())


def named(rule: Rule) -> str:
    return rule.id


def test_the_catalogue_is_whole() -> None:
    """The ids are public: one that is gone breaks somebody's configuration."""
    families: dict[str, list[int]] = {}
    for identifier in RULES:
        _, family, number = identifier.split("-")
        families.setdefault(family, []).append(int(number))

    assert {family: (len(numbers), numbers[-1]) for family, numbers in families.items()} == {
        "APP": (10, 10),
        "MSG": (10, 10),
        "HTTP": (43, 44),
        "EXT": (10, 10),
        "WS": (21, 21),
        "LS": (15, 15),
        "SRV": (25, 25),
    }
    assert all(numbers == sorted(set(numbers)) for numbers in families.values())


@pytest.mark.parametrize("rule", EVERY, ids=named)
def test_a_rule_says_all_that_a_report_needs(rule: Rule) -> None:
    """Every field is filled, and texts are sentences that can stand in a sentence."""
    assert RULES[rule.id] is rule
    assert re.fullmatch(r"ASGI-(APP|MSG|HTTP|EXT|WS|LS|SRV)-\d{3}", rule.id)
    assert rule.title[0].islower() or rule.title.split()[0] in {"TLS", "WebSocket"}
    assert not rule.title.endswith(".")
    assert rule.advice.endswith((".", ")", "= ...")), rule.advice
    assert rule.spec.startswith(("ASGI", "RFC"))
    assert rule.url.startswith(("https://asgi.readthedocs.io/", "https://www.rfc-editor.org/rfc/rfc"))
    assert rule.quote
    assert rule.bad.source != rule.good.source or rule.bad.scope != rule.good.scope
    assert isinstance(hash(rule), int)


@pytest.mark.parametrize("rule", JUDGED_HERE, ids=named)
def test_the_bad_example_breaks_its_rule_and_no_other(rule: Rule) -> None:
    exchange = asyncio.run(converse(rule.bad))

    assert ids(exchange.findings) == [rule.id.removeprefix("ASGI-")]
    assert exchange.findings[0].level in {rule.level, Level.WARNING}


@pytest.mark.parametrize("rule", JUDGED_HERE, ids=named)
def test_the_good_example_is_silent(rule: Rule) -> None:
    exchange = asyncio.run(converse(rule.good))

    assert ids(exchange.findings) == []


@pytest.mark.parametrize("rule", [rule for rule in EVERY if rule.judged == "probe"], ids=named)
def test_the_good_app_for_a_probe_is_an_app(rule: Rule) -> None:
    """What the probes call must at least run."""
    assert callable(load(rule.good))
    assert callable(load(rule.bad))


@pytest.mark.parametrize("rule", [rule for rule in EVERY if rule.judged == "server" and rule.bad.scope], ids=named)
def test_the_scope_of_an_example_is_judged(rule: Rule) -> None:
    """An example says what its scope has that a plain one has not."""
    plain = build_http_scope(headers=[(b"host", b"a")], raw_path=b"/", state={}, extensions={})

    assert [problem.rule_id for problem in check_scope(plain | rule.bad.scope)] == [rule.id]
    assert check_scope(plain | rule.good.scope) == []


@pytest.mark.parametrize("rule", [rule for rule in EVERY if rule.judged == "server"], ids=named)
def test_the_example_of_a_server_compiles(rule: Rule) -> None:
    for example in (rule.bad, rule.good):
        assert compile(example.source, rule.id, "exec")


def test_every_seed_breaks_its_rule_and_no_other() -> None:
    """Further ways to break each rule than the one that the registry shows."""
    wrong = []
    with asyncio.Runner() as runner:
        for rule_id, example in SEEDS:
            found = {finding.rule.id for finding in runner.run(converse(example)).findings}
            if found != {rule_id}:
                wrong.append((rule_id, found, example.source))

    assert wrong == []


def test_every_control_is_silent() -> None:
    wrong = []
    with asyncio.Runner() as runner:
        for example in CONTROLS:
            found = [each for each in runner.run(converse(example)).findings if each.level is not Level.INFO]
            if found:
                wrong.append((found, example.source))

    assert wrong == []


def test_every_rule_of_a_conversation_has_seeds() -> None:
    """The three that have none can be broken in one way only, which the registry shows."""
    seeded = {rule_id for rule_id, _ in SEEDS}

    assert {rule.id for rule in JUDGED_HERE} - seeded == {"ASGI-APP-001", "ASGI-APP-005", "ASGI-APP-010"}
