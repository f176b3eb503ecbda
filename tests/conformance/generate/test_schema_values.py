"""Values that are drawn are valid."""

from __future__ import annotations

from random import Random

import jsonschema_rs
import pytest

from asgitest.conformance.generate import EMPTY, Dictionary, SchemaValues
from tests.conformance.generate.schemas import SCHEMAS

DRAWS = 60


@pytest.mark.parametrize("name", SCHEMAS)
def test_nearly_all_values_of_a_schema_are_valid(name: str) -> None:
    """Of each schema, so that a kind nobody can draw does not hide among many that are easy."""
    schema = SCHEMAS[name]
    values, rng = SchemaValues(schema), Random(7)
    valid = jsonschema_rs.validator_for(schema, validate_formats=True).is_valid

    wrong = [value for value in (values.draw(rng, EMPTY) for _ in range(DRAWS)) if not valid(value)]

    assert len(wrong) <= DRAWS // 100 + (name == "pattern ^(\\w+)-\\1$"), wrong[:3]


def test_the_same_seed_draws_the_same() -> None:
    """Whatever was drawn before from other schemas."""
    values = SchemaValues(SCHEMAS["tree"])

    first = [values.draw(Random(3), EMPTY) for _ in range(3)]
    SchemaValues(SCHEMAS["deep"]).draw(Random(1), EMPTY)

    assert [values.draw(Random(3), EMPTY) for _ in range(3)] == first


def test_a_schema_without_values_says_so() -> None:
    """Bounds that exclude each other, or a definition that needs itself."""
    endless = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}

    assert not SchemaValues({"$ref": "#/$defs/A", "$defs": {"A": endless}}).satisfiable
    assert not SchemaValues({"type": "integer", "minimum": 3, "maximum": 2}).satisfiable
    assert not SchemaValues({"not": {}}).satisfiable


def test_values_somebody_named_are_drawn_where_they_fit() -> None:
    """Literals of the source reach the places that take them."""
    dictionary = Dictionary()
    dictionary.add("open sesame")
    values, rng = SchemaValues({"type": "string"}), Random(0)

    assert "open sesame" in {values.draw(rng, dictionary) for _ in range(200)}
