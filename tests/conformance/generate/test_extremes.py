"""Cases in which everything is extreme at once."""

from __future__ import annotations

from typing import Any

from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.generate import extreme_cases, fullest_case
from asgitest.conformance.generate.dictionary import EMPTY
from asgitest.conformance.operation import Body, Operation

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["income", "costs", "note", "tags"],
    "properties": {
        "income": {"type": "integer", "minimum": 0, "maximum": 900},
        "costs": {"type": "integer", "minimum": 2, "maximum": 900},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}},
    },
}


def bodies() -> dict[str, Any]:
    """The body of each extreme case, by what is extreme."""
    operation = Operation(
        method="POST", path="/", bodies=(Body(media_type="application/json", schema=SCHEMA, required=True),)
    )
    base = fullest_case(operation, keyed_random(1, "extremes"), EMPTY)
    return {case.description: (case.body, case.valid) for case in extreme_cases(base)}


def test_all_values_are_at_an_end_together() -> None:
    """What is inside a list that becomes empty is gone with it."""
    (least, valid), (greatest, _) = bodies()["everything is at its least"], bodies()["everything is at its greatest"]

    assert (least["income"], least["costs"], least["tags"], valid) == (0, 2, [], True)
    assert (greatest["income"], greatest["costs"]) == (900, 900)


def test_equal_numbers_are_ones_that_all_may_be() -> None:
    """A difference of zero is where things divide."""
    body, valid = bodies()["all values of a type are equal"]

    assert (body["income"], body["costs"], valid) == (2, 2, True)


def test_an_extreme_case_is_judged_like_any_other() -> None:
    """Zero is below a minimum of two."""
    body, valid = bodies()["every number is zero"]

    assert (body["costs"], valid) == (0, False)


def test_what_may_be_null_is_null_together() -> None:
    """And nothing else."""
    body, valid = bodies()["every value that may be null is null"]

    assert (body["note"], valid) == (None, True)
    assert body["income"] is not None
