"""What a client has found: one entry for each cause on each route, with a count."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from asgitest.testclient.asgi import RULES, Finding
from asgitest.testclient.ledger import Ledger, route_of

STATUS, BODY = RULES["ASGI-HTTP-008"], RULES["ASGI-HTTP-021"]


def finding(rule: Any = STATUS, subject: str = "status") -> Finding:
    return Finding(rule=rule, detail="the status is text", level=rule.level, index=1, subject=subject)


def scope(path: str = "/items/3", method: str = "GET", **more: Any) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, **more}


def test_the_same_cause_on_one_route_is_counted() -> None:
    ledger = Ledger()

    entries = [ledger.note(finding(), scope()) for _ in range(3)]

    assert entries[0] is entries[1] is entries[2]
    assert [entry.count for entry in ledger.findings] == [3]


@pytest.mark.parametrize(
    ("other", "where"),
    [
        (finding(BODY), scope()),
        (finding(subject="code"), scope()),
        (finding(), scope("/users")),
        (finding(), scope(method="POST")),
    ],
)
def test_another_rule_subject_path_or_method_is_another_entry(other: Finding, where: dict[str, Any]) -> None:
    ledger = Ledger()
    ledger.note(finding(), scope())

    ledger.note(other, where)

    assert [entry.count for entry in ledger.findings] == [1, 1]


def test_requests_of_one_route_have_one_entry() -> None:
    """Two items of a list are not two faults."""
    ledger = Ledger()
    route = SimpleNamespace(path="/items/{item}")

    for number in range(3):
        ledger.note(finding(), scope(f"/items/{number}", route=route))

    assert [(entry.route, entry.count) for entry in ledger.findings] == [("/items/{item}", 3)]


@pytest.mark.parametrize(
    ("more", "route"),
    [
        ({}, "/items/3"),
        ({"route": SimpleNamespace(path="/items/{item}"), "root_path": "/v1"}, "/v1/items/{item}"),
        ({"route": SimpleNamespace(path="/v1"), "root_path": "/v1"}, "/v1"),
        ({"route": SimpleNamespace(path="/items/{item}"), "root_path": None}, "/items/{item}"),
        ({"route": SimpleNamespace(path=3)}, "/items/3"),
    ],
)
def test_a_route_is_named_by_its_template_below_its_mounts(more: dict[str, Any], route: str) -> None:
    assert route_of(scope(**more)) == route


def test_a_lifespan_is_named_so() -> None:
    assert route_of({"type": "lifespan"}) == "lifespan"


def test_an_entry_says_where_and_how_often() -> None:
    ledger = Ledger()
    ledger.note(finding(), scope())
    once = str(ledger.findings[0])
    ledger.note(finding(), scope())

    assert once.endswith("[GET /items/3]")
    assert str(ledger.findings[0]) == f"{once} (2 times)"


def test_what_came_late_is_told_once_and_in_order() -> None:
    ledger = Ledger()
    first, second = object(), object()
    ledger.late += [first, second]  # type: ignore[list-item]

    assert [ledger.take_late() for _ in range(3)] == [first, second, None]
