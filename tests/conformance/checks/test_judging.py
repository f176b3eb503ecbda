"""All checks of one exchange in one call."""

from __future__ import annotations

from asgitest.conformance.checks import Expectation, Judge
from asgitest.conformance.destinations import Destinations
from asgitest.conformance.records import Exchange, Request, Response
from tests.conformance.checks.records import documented, operation

HERO = operation({"200": documented("200", {"type": "object"})}, path="/heroes/{hero_id}")
JUDGE = Judge(destinations=Destinations(frozenset({"/heroes/", "/heroes/{hero_id}"})))
INVALID = Expectation(valid=False)


def answered(target: bytes, body: bytes) -> Exchange:
    headers = ((b"content-type", b"application/json"),)
    return Exchange(
        request=Request(method="GET", target=target), response=Response(status=200, headers=headers, body=body)
    )


def test_the_answer_of_a_neighbour_is_not_held_against_the_operation_that_was_meant() -> None:
    """An empty path parameter asks for the list of all heroes, and gets it."""
    found = JUDGE.judge(answered(b"/heroes/", b"[]"), HERO, INVALID)

    assert found == []


def test_the_answer_of_the_operation_itself_is_judged() -> None:
    found = JUDGE.judge(answered(b"/heroes/x", b"[]"), HERO, INVALID)

    assert {one.check for one in found} == {"openapi.body-schema", "openapi.negative-accepted"}
