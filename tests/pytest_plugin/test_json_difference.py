"""Where two JSON documents differ."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgitest.pytest_plugin.json_difference import differences, holds

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("got", "wanted", "lines"),
    [
        ({"a": 1}, {"a": 2}, ["/a: 1, not 2"]),
        ({"a": {"b/c~": [1, True]}}, {"a": {"b/c~": [1, False]}}, ["/a/b~1c~0/1: true, not false"]),
        ({"a": 1}, {"b": None}, ["/a: 1 is only in the response", "/b: null is missing in the response"]),
        ([1, 2, 3], [1], ["/1: 2 is only in the response", "/2: 3 is only in the response"]),
        ([], ["x"], ["/0: 'x' is missing in the response"]),
        ([1], {"a": 1}, ["(the whole): [1], not {'a': 1}"]),
        ({"id": 7, "at": 1.0000001}, {"id": ANY, "at": pytest.approx(1)}, []),
        (["x" * 200], ["y"], [f"/0: '{'x' * 116}..., not 'y'"]),
    ],
)
def test_each_place_gets_a_line_with_its_pointer(got: Any, wanted: Any, lines: list[str]) -> None:
    assert list(differences(got, wanted)) == lines


def test_what_cannot_be_compared_differs() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise TypeError

        __hash__ = None  # type: ignore[assignment]  # it is no key

        def __repr__(self) -> str:
            return "odd"

    assert list(differences([1], [Odd()])) == ["/0: 1, not odd"]


@given(JSON, JSON)
def test_documents_differ_exactly_when_there_is_a_line(one: Any, other: Any) -> None:
    assert bool(list(differences(one, other))) == (one != other)


def test_only_a_part_of_a_document_is_held_by_it_not_an_equal_value() -> None:
    inner = [{"x": [1]}]
    document = {"a": 0, "b": inner}

    assert holds(document, document)
    assert holds(document, inner[0]["x"])
    assert not holds(document, [1])
