"""Compiled schemas."""

from __future__ import annotations

from typing import Any

from asgitest.conformance.checks import validator_of


def test_a_schema_that_cannot_be_compiled_forbids_nothing() -> None:
    """The schema family reports it; responses are not to blame."""
    assert validator_of({"type": "integer", "pattern": "("}).is_valid("anything")


def test_the_deepest_error_is_told() -> None:
    """With the way to the value."""
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}}

    error = validator_of(schema).first_error({"a": [1, "x"]})

    assert error is not None
    assert error[2] == ("a", 1)


def test_a_value_nested_too_deep_to_be_looked_at_is_taken() -> None:
    """Nothing can be said about it."""
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]

    assert validator_of({"type": "array"}).is_valid(deep)


def test_an_error_of_a_value_that_cannot_be_shown_is_told_all_the_same() -> None:
    """Without saying where it is."""
    deep: Any = 1
    for _ in range(600):
        deep = [deep]

    assert validator_of({"type": "integer"}).first_error(deep) is not None
