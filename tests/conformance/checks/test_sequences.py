"""Sequences over one resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.sequences import check_sequence
from tests.conformance.checks.records import exchange

if TYPE_CHECKING:
    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.records import Exchange

Steps = list[tuple["Role", "Exchange"]]


def answered(status: int, value: Any = None) -> Exchange:
    return exchange(status, b"" if value is None else json.dumps(value).encode())


def ids(steps: Steps, *, assigned: bool = True) -> list[str]:
    return [violation.check for _, violation in check_sequence(steps, assigned=assigned)]


def test_what_was_created_is_found() -> None:
    """If the app chose the identifier, and has not only promised to create it."""
    gone: Steps = [("create", answered(201)), ("read", answered(404))]

    assert ids(gone) == ["state.created-not-found"]
    assert ids(gone, assigned=False) == []
    assert ids([("create", answered(202)), ("read", answered(404))]) == []


def test_what_was_deleted_is_gone() -> None:
    """If the app tells what is there from what is not."""
    steps: Steps = [
        ("create", answered(201)),
        ("control", answered(404)),
        ("read", answered(200)),
        ("delete", answered(204)),
        ("read after delete", answered(200)),
    ]

    assert ids(steps) == ["state.use-after-delete"]
    assert ids([(role, answered(200) if role == "control" else one) for role, one in steps]) == []


def test_a_second_delete_does_not_fail() -> None:
    """404 is fine."""
    assert ids([("delete", answered(204)), ("delete again", answered(500))]) == ["state.delete-not-idempotent"]
    assert ids([("delete", answered(204)), ("delete again", answered(404))]) == []


def test_the_same_put_twice_leaves_the_same() -> None:
    """Times and versions may move."""

    def twice(first: Any, second: Any) -> Steps:
        return [
            ("put", answered(200)),
            ("read after put", answered(200, first)),
            ("put again", answered(200)),
            ("read after second put", answered(200, second)),
        ]

    assert ids(twice({"n": 1}, {"n": 2})) == ["state.put-not-idempotent"]
    assert ids(twice({"updated_at": 1}, {"updated_at": 2})) == []


def test_a_refused_creation_creates_nothing() -> None:
    """Each refusal is compared with the list before it."""
    grown: Steps = [("list", answered(200, [1])), ("refused create", answered(400)), ("list", answered(200, [1, 2]))]

    assert ids(grown) == ["state.failed-create-side-effect"]
    assert ids([grown[0], ("refused create", answered(201)), grown[2]]) == []


def test_a_list_shows_what_was_created() -> None:
    """An envelope with one list in it is a list."""
    before, after = answered(200, {"items": []}), answered(200, {"items": []})
    steps: Steps = [("list before", before), ("create", answered(201)), ("read", answered(200)), ("list", after)]

    assert ids(steps) == ["state.list-misses-created"]
