"""From a comparison to what to try next."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.whitebox import Comparison, distance, propose

LEAF = ("query", "x")


def proposed(value: Any, operator: str, left: Any, right: Any) -> list[Any]:
    return [one.value for one in propose({LEAF: value}, Comparison(1, operator, left, right))]


@pytest.mark.parametrize(
    ("value", "operator", "left", "right", "wanted"),
    [
        ("a", "==", "a", "magic", "magic"),
        (3, "==", 3, 7, 7),
        (3, "==", 10, 17, 10),
        ("3", "==", 3, 7, "7"),
        ("abc", "==", "b", "x", "axc"),
        ("abc", "==", "ABC", "XYZ", "XYZ"),
        ("abc", "==", "cba", "xyz", "zyx"),
        ("t", "==", "Bearer t", "Bearer s", "s"),
        ("abcdef", "startswith", "abcdef", "xy", "xycdef"),
        ("abcdef", "startswith", "abcdef", "xy", "xyabcdef"),
        ("abcdef", "endswith", "abcdef", "xy", "abcdxy"),
        ("abc", "in", "abc", ("k", "l"), "l"),
        ("abc", ">", 3, 5, "abcccc"),
        (3, "<", 3, 9, 10),
        ("2024-01-01", "<", "2024-01-01", "2025-03-01", "2025-03-02"),
    ],
)
def test_an_input_that_was_compared_is_replaced(value: Any, operator: str, left: Any, right: Any, wanted: Any) -> None:
    """Also where it was changed on the way."""
    assert wanted in proposed(value, operator, left, right)


def test_an_input_that_has_nothing_to_do_with_it_is_left_alone() -> None:
    """Otherwise every comparison would change everything."""
    assert proposed("unrelated", "==", "left", "right") == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(3, 3, 0), (3, 8, 5), ("abc", "abd", 1), ("a", "abc", 8), (3, (9, 4), 1), (None, 3, float("inf"))],
)
def test_distance_is_zero_for_equal_and_grows(left: Any, right: Any, expected: float) -> None:
    """A search goes where it shrinks."""
    assert distance(Comparison(1, "==", left, right)) == expected
