"""The catalogue promises nothing that nobody does: every check that is not planned is emitted by the source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import asgitest.conformance
from asgitest.conformance.catalogue import CHECKS, PLANNED, check_of_rule, check_of_schemathesis
from asgitest.testclient.asgi import RULES

SOURCE = Path(asgitest.conformance.__file__).parent
CONVERSATIONS = frozenset(id_ for id_, rule in RULES.items() if rule.judged == "conversation")


@cache
def words() -> str:
    """Everything but the catalogue."""
    return "\n".join(
        path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py")) if path.parent.name != "catalogue"
    )


def emitter_of(check_id: str) -> str:
    """Say what emits a check; empty when nothing does."""
    check = {**CHECKS, **PLANNED}[check_id]
    if f'"{check_id}"' in words():
        return "named in the source"
    if any(rule in CONVERSATIONS for rule in check.rules):
        return "every conversation"
    return "Schemathesis" if check.schemathesis and not check.planned else ""


@pytest.mark.parametrize("check_id", [id_ for id_ in CHECKS if not id_.startswith("drift.")])
def test_every_check_is_emitted(check_id: str) -> None:
    """Somebody who selects it is told what it looks for. The tests of drift produce each of theirs."""
    assert emitter_of(check_id)


@pytest.mark.parametrize("check_id", PLANNED)
def test_a_planned_check_is_emitted_by_nobody(check_id: str) -> None:
    """Once it is, it is no longer planned."""
    assert emitter_of(check_id) == ""


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.judged != "server"], ids=lambda rule: rule.id)
def test_every_rule_about_apps_has_one_check(rule: object) -> None:
    """Which names it."""
    id_: str = rule.id  # type: ignore[attr-defined]
    named = [check.id for check in (*CHECKS.values(), *PLANNED.values()) if id_ in check.rules]

    assert named == [check_of_rule(id_).id]


@pytest.mark.parametrize("id_", [rule.id for rule in RULES.values() if rule.judged == "server"])
def test_a_rule_about_servers_has_none(id_: str) -> None:
    """No app can break it."""
    with pytest.raises(KeyError):
        check_of_rule(id_)


def test_what_schemathesis_finds_is_never_told_under_a_planned_check() -> None:
    """Its findings are looked up by their code."""
    codes = {code for check in PLANNED.values() for code in check.schemathesis}

    assert [code for code in codes if (found := check_of_schemathesis(code)) is not None and found.planned] == []
