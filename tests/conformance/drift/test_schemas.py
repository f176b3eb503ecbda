"""What a changed schema means for requests and for responses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.drift.contracts import changes, names, request, response

INTEGER, TEXT = {"type": "integer"}, {"type": "string"}
A, B = {"type": "object", "properties": {"x": TEXT}}, {"type": "object", "properties": {"y": TEXT}}

# Name of the change, schema before, schema after.
REQUESTS: list[tuple[str, Any, Any]] = [
    ("request-type-narrowed", {"type": ["integer", "string"]}, TEXT),
    ("request-type-narrowed", {"type": "number"}, INTEGER),
    ("request-type-narrowed", {}, {"type": ["string", "null"]}),
    ("request-type-widened", INTEGER, {"type": "number"}),
    ("request-not-nullable", {"anyOf": [TEXT, {"type": "null"}]}, TEXT),
    ("request-not-nullable", {"type": ["string", "null"]}, TEXT),
    ("request-nullable", TEXT, {"type": ["string", "null"]}),
    ("request-enum-value-removed", {"enum": ["a", "b"]}, {"enum": ["a"]}),
    ("request-enum-value-removed", {"enum": ["a", "b"]}, {"const": "a"}),
    ("request-enum-value-added", {"enum": ["a"]}, {"enum": ["a", "b"]}),
    ("request-enum-added", TEXT, {"type": "string", "enum": ["a"]}),
    ("request-minimum-raised", {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}),
    ("request-minimum-raised", INTEGER, {"type": "integer", "exclusiveMinimum": 0}),
    ("request-maximum-lowered", {"type": "integer", "maximum": 9}, {"type": "integer", "maximum": 8}),
    ("request-multiple-of-changed", INTEGER, {"type": "integer", "multipleOf": 2}),
    ("request-min-length-raised", TEXT, {"type": "string", "minLength": 1}),
    ("request-max-length-lowered", TEXT, {"type": "string", "maxLength": 10}),
    ("request-pattern-added", TEXT, {"type": "string", "pattern": "^a"}),
    ("request-pattern-changed", {"type": "string", "pattern": "^b"}, {"type": "string", "pattern": "^a"}),
    ("request-format-changed", TEXT, {"type": "string", "format": "uuid"}),
    ("request-min-items-raised", {"type": "array"}, {"type": "array", "minItems": 2}),
    ("request-max-items-lowered", {"type": "array", "maxItems": 3}, {"type": "array", "maxItems": 2}),
    ("request-unique-items-required", {"type": "array"}, {"type": "array", "uniqueItems": True}),
    ("request-alternative-removed", {"oneOf": [A, B, TEXT]}, {"oneOf": [A, TEXT]}),
    ("request-alternative-added", {"oneOf": [A, TEXT]}, {"oneOf": [A, B, TEXT]}),
    ("request-default-changed", {"type": "integer", "default": 1}, {"type": "integer", "default": 2}),
    ("request-property-added-required", A, {**A, "properties": {"x": TEXT, "z": TEXT}, "required": ["z"]}),
    ("request-property-added-optional", A, {**A, "properties": {"x": TEXT, "z": TEXT}}),
    ("request-property-became-required", A, {**A, "required": ["x"]}),
    ("request-property-became-optional", {**A, "required": ["x"]}, A),
    ("request-property-removed", {**A, "properties": {"x": TEXT, "z": TEXT}}, A),
    ("request-extra-properties-refused", A, {**A, "additionalProperties": False}),
    ("request-type-narrowed", {"type": "array", "items": {}}, {"type": "array", "items": {"type": ["string", "null"]}}),
    ("request-property-became-required", {"allOf": [A, B]}, {"allOf": [A, {**B, "required": ["y"]}]}),
]

RESPONSES: list[tuple[str, Any, Any]] = [
    ("response-type-changed", INTEGER, {"type": "number"}),
    ("response-nullable", TEXT, {"anyOf": [TEXT, {"type": "null"}]}),
    ("response-enum-value-added", {"enum": ["a"]}, {"enum": ["a", "b"]}),
    ("response-enum-value-removed", {"enum": ["a", "b"]}, {"enum": ["a"]}),
    ("response-enum-removed", {"type": "string", "enum": ["a"]}, TEXT),
    ("response-property-removed", {**A, "required": ["x"]}, {"type": "object"}),
    ("response-optional-property-removed", A, {"type": "object"}),
    ("response-property-became-optional", {**A, "required": ["x"]}, A),
    ("response-property-added", {"type": "object"}, A),
    ("response-limit-loosened", {"type": "string", "maxLength": 5}, TEXT),
    ("response-limit-loosened", {"type": "integer", "minimum": 5}, {"type": "integer", "minimum": 4}),
    ("response-pattern-changed", {"type": "string", "pattern": "a"}, TEXT),
    ("response-format-changed", {"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}),
    ("response-alternative-added", {"oneOf": [A, TEXT]}, {"oneOf": [A, B, TEXT]}),
    ("response-alternative-removed", {"oneOf": [A, B, TEXT]}, {"oneOf": [A, TEXT]}),
]


@pytest.mark.parametrize(("name", "before", "after"), REQUESTS)
def test_a_change_of_a_request_is_named_and_nothing_else_is(name: str, before: Any, after: Any) -> None:
    assert names(request(before), request(after)) == [name]


@pytest.mark.parametrize(("name", "before", "after"), RESPONSES)
def test_a_change_of_a_response_is_named_and_nothing_else_is(name: str, before: Any, after: Any) -> None:
    assert names(response(before), response(after)) == [name]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "number"}, INTEGER),
        ({"anyOf": [TEXT, {"type": "null"}]}, TEXT),
        (TEXT, {"type": "string", "maxLength": 5}),
        (TEXT, {"type": "string", "pattern": "a"}),
        (A, {**A, "required": ["x"]}),
    ],
)
def test_a_response_may_promise_more_than_before(before: Any, after: Any) -> None:
    assert names(response(before), response(after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "string", "maxLength": 5}, TEXT),
        ({"type": "string", "pattern": "a"}, TEXT),
        ({"type": "string", "format": "uuid"}, TEXT),
        ({"type": "string", "enum": ["a"]}, TEXT),
        ({"type": "string", "minLength": 0}, TEXT),
        (TEXT, {"type": "string", "minLength": 0}),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"type": ["string", "null"]}),
        ({"title": "A", **A}, {"title": "Other", "description": "words", **A}),
    ],
)
def test_a_request_may_be_freer_than_before_and_written_in_other_words(before: Any, after: Any) -> None:
    assert names(request(before), request(after)) == []


def test_a_recursive_schema_is_compared_once_and_to_its_end() -> None:
    def tree(value: Any) -> dict[str, Any]:
        members = {"value": value, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}
        return {"schemas": {"Tree": {"type": "object", "properties": members}}}

    schema = {"$ref": "#/components/schemas/Tree"}

    found = changes(response(schema, components=tree(INTEGER)), response(schema, components=tree(TEXT)))

    assert [(change.check, change.where) for change in found] == [
        ("drift.response-type-changed", "response 200 application/json /a/value")
    ]


def test_a_change_says_where_it_is_and_what_both_documents_say() -> None:
    (change,) = changes(
        request({"type": "array", "items": {"enum": ["a", "b"]}}), request({"type": "array", "items": {"enum": ["a"]}})
    )

    assert (change.operation, change.where) == ("POST /items", "body application/json /a/*")
    assert (change.before, change.after) == ("b", '["a"]')
