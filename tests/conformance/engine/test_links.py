"""Documented links are followed with what the response has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asgitest.conformance.engine.links import check_link, linked_requests, missing_values
from asgitest.conformance.operation import Operation, Parameter, Response
from tests.conformance.checks.records import exchange

READ = Operation(
    method="GET",
    path="/items/{item_id}",
    operation_id="read",
    parameters=(Parameter(name="item_id", location="path", required=True, schema={"type": "integer"}),),
)


def create(expression: str) -> Operation:
    links = {"self": {"operationId": "read", "parameters": {"item_id": expression}}}
    return Operation(method="POST", path="/items", responses={"201": Response(status="201", links=links)})


def answered(value: Any, *headers: tuple[str, str]) -> Any:
    return exchange(201, json.dumps(value).encode(), *headers)


@pytest.mark.parametrize("expression", ["$response.body#/item/id", "$response.header.X-Id", "7"])
def test_a_link_is_followed_with_the_values_of_the_response(expression: str) -> None:
    """Out of the body, out of a header, or as they stand."""
    seen, operation = answered({"item": {"id": 7}}, ("x-id", "7")), create(expression)

    ((name, target, request),) = linked_requests(seen, operation, [READ])

    assert (name, target, request.target) == ("self", READ, b"/items/7")
    assert list(missing_values(seen, operation, [READ])) == []


def test_a_link_takes_nothing_that_is_not_there() -> None:
    """It cannot be followed."""
    seen, operation = answered({"id": 7}), create("$response.body#/identifier")

    assert [one.check for one in missing_values(seen, operation, [READ])] == ["openapi.link-broken"]
    assert list(linked_requests(seen, operation, [READ])) == []


def test_a_link_leads_to_something() -> None:
    """Whatever the answer is, but that there is nothing."""
    assert [one.check for one in check_link("self", READ, exchange(404))] == ["openapi.link-broken"]
    assert list(check_link("self", READ, exchange(401))) == []
