"""Why an override would reach nothing."""

from __future__ import annotations

from asgitest.testclient.overrides.graph import Node, Use
from asgitest.testclient.overrides.suggestions import explain_unknown


def get_user() -> None:
    """A dependency."""


def test_at_most_three_dependencies_and_three_routes_are_named() -> None:
    uses = [Use(label=f"GET /{number}") for number in range(5)]

    text = explain_unknown("usr", [Node(key=f"user{number}", uses=uses) for number in range(6)])

    assert text.count("did you mean") == 3
    assert "used by GET /0, GET /1, GET /2 and 2 more" in text


def test_the_same_name_in_the_same_module_is_told_apart() -> None:
    def other() -> None:
        """Another one."""

    other.__name__ = "get_user"
    other.__qualname__ = "get_user"

    text = explain_unknown(other, [Node(key=get_user, uses=[Use(label="GET /")])])

    assert "the same name in the same module, but another object" in text


def test_nothing_near_means_that_nothing_is_suggested() -> None:
    text = explain_unknown(len, [Node(key=get_user, uses=[Use(label="GET /")])])

    assert "did you mean" not in text
    assert "a lifespan, a middleware and a direct call are never overridden" in text
