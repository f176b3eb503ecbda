"""Patterns that stand for nothing are told, with what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.errors import UsageError
from asgitest.conformance.operation import Operation
from asgitest.conformance.options import RunOptions, SubjectOverride
from asgitest.conformance.selection import Selection
from asgitest.conformance.subjects import choose_nothing_unknown, unknown_patterns

OPERATIONS = (
    Operation(method="GET", path="/items/{id}", operation_id="read_item", tags=("shop",)),
    Operation(method="POST", path="/items", operation_id="create_item"),
)
OTHERS = ("SCHEMA", "APP", "LIFESPAN", "WS /chat")


def selection(**options: Any) -> Selection:
    return Selection(options=RunOptions(target="main:app", **options))


@pytest.mark.parametrize(
    "pattern", ["GET /items/{id}", "/items", "POST /*", "read_item", "WS /chat", "LIFESPAN", "GET /items/{number}"]
)
def test_what_matches_something_is_taken(pattern: str) -> None:
    """Whatever kind of subject it is."""
    choose_nothing_unknown(selection(include=(pattern,)), operations=OPERATIONS, others=OTHERS)


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("/itmes", "Did you mean /items?"),
        ("GET /items/{id}/x", "Did you mean GET /items/{id}?"),
        ("red_item", "Did you mean read_item?"),
        ("WS /chta", "Did you mean WS /chat?"),
        ("#", "asgitest routes shows what there is."),
    ],
)
def test_what_matches_nothing_is_a_usage_error_with_the_nearest_match(pattern: str, hint: str) -> None:
    """A run of nothing would be clean."""
    with pytest.raises(UsageError) as caught:
        choose_nothing_unknown(selection(include=("/items", pattern)), operations=OPERATIONS, others=OTHERS)

    assert str(caught.value) == f"--include: {pattern!r} matches nothing in the app. {hint}"


def test_a_tag_that_no_operation_has_is_one_too() -> None:
    """Likewise."""
    with pytest.raises(UsageError, match=r"--tag: no operation has the tag 'shpo'\. Did you mean shop\?"):
        choose_nothing_unknown(selection(tags=("shpo",)), operations=OPERATIONS, others=OTHERS)


def test_what_leaves_nothing_out_is_noted() -> None:
    """It may be meant for another app that shares the configuration."""
    chosen = selection(exclude=("/itmes", "/items"), overrides=(SubjectOverride(match="WS /chta"),))

    notes = list(unknown_patterns(chosen, operations=OPERATIONS, others=OTHERS))

    assert notes == [
        "--exclude: '/itmes' matches nothing in the app. Did you mean /items?",
        "override: 'WS /chta' matches nothing in the app. Did you mean WS /chat?",
    ]
