"""Identifiers are found in answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asgitest.conformance.checks.identifiers import identified_items, identifier_of, names_itself
from tests.conformance.checks.records import exchange


@pytest.mark.parametrize(
    ("answer", "identifier"),
    [
        ({"itemId": "a7"}, "a7"),
        ({"id": 3, "name": "x"}, 3),
        ({"item": {"id": 3}}, 3),
        ("abc", "abc"),
        ({"name": "x"}, None),
        ({"id": True}, None),
    ],
)
def test_the_identifier_is_found_by_its_name(answer: Any, identifier: str | int | None) -> None:
    """The parameter's own name first, then usual ones; a number stays one."""
    assert identifier_of(exchange(201, json.dumps(answer).encode()), "item_id") == identifier


def test_location_names_the_identifier_when_the_body_does_not() -> None:
    """Its last segment."""
    assert identifier_of(exchange(201, b"{}", ("location", "/items/x9/")), "item_id") == "x9"


def test_items_of_a_list_are_found_by_their_identifiers() -> None:
    """Also in an envelope; what has none is left out."""
    answer = exchange(200, json.dumps({"items": [{"id": 1, "n": 2}, {"n": 3}], "total": 2}).encode())

    assert identified_items(answer, "item_id") == {"1": {"id": 1, "n": 2}}


@pytest.mark.parametrize(
    ("sent", "own"), [({"id": 3}, True), ({"price": 3}, False), ({"title": "a"}, False), ([3], False)]
)
def test_a_client_names_what_it_creates_only_by_an_identifier(sent: Any, *, own: bool) -> None:
    """A price that is the same number is chance."""
    answer = exchange(201, b'{"id": 3}', content=json.dumps(sent).encode())

    assert names_itself(answer, "item_id", 3) is own
