"""Resources are inferred from paths, identifiers from answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asgitest.conformance.engine.resources import identifier_of, infer_resources
from tests.conformance.checks.records import exchange, operation


def test_a_collection_with_post_and_one_parameter_more_is_a_resource() -> None:
    """With everything that belongs to it."""
    given = [
        operation(method=method, path=path)
        for method, path in (
            ("GET", "/items"),
            ("POST", "/items"),
            ("GET", "/items/{item_id}"),
            ("DELETE", "/items/{item_id}"),
            ("POST", "/items/{item_id}/close"),
            ("GET", "/health"),
        )
    ]

    (resource,) = infer_resources(given)

    assert resource.label == "STATE /items/{item_id}"
    assert resource.parameter == "item_id"
    assert set(resource.on_one) == {"GET", "DELETE"}
    assert [action.label for action in resource.actions] == ["POST /items/{item_id}/close"]


@pytest.mark.parametrize(
    ("answer", "identifier"),
    [
        ({"itemId": "a7"}, "a7"),
        ({"id": 3, "name": "x"}, "3"),
        ({"item": {"id": 3}}, "3"),
        ("abc", "abc"),
        ({"name": "x"}, None),
        ({"id": True}, None),
    ],
)
def test_the_identifier_is_found_by_its_name(answer: Any, identifier: str | None) -> None:
    """The parameter's own name first, then usual ones."""
    assert identifier_of(exchange(201, json.dumps(answer).encode()), "item_id") == identifier


def test_location_names_the_identifier_when_the_body_does_not() -> None:
    """Its last segment."""
    assert identifier_of(exchange(201, b"{}", ("location", "/items/x9/")), "item_id") == "x9"
