"""Which differences between two OpenAPI documents break clients."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.openapi_changes import changes

if TYPE_CHECKING:
    from collections.abc import Callable

ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "size": {"type": "string", "enum": ["s", "m"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "parent": {"$ref": "#/components/schemas/Item"},
    },
    "required": ["name"],
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/items/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": {
                "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
                },
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
                "responses": {"201": {"description": "made"}},
            },
        }
    },
    "components": {"schemas": {"Item": ITEM}},
}


def at(document: Any, pointer: str) -> Any:
    for part in pointer.split(" "):
        document = document[part]
    return document


def put(pointer: str, value: Any) -> Callable[[Any], None]:
    *parents, last = pointer.split(" ")

    def change(document: Any) -> None:
        at(document, " ".join(parents))[last] = value

    return change


def drop(pointer: str) -> Callable[[Any], None]:
    *parents, last = pointer.split(" ")

    def change(document: Any) -> None:
        del at(document, " ".join(parents))[last]

    return change


def add_price(document: Any) -> None:
    document["components"]["schemas"]["Item"]["properties"]["price"] = {}
    document["components"]["schemas"]["Item"]["required"] = ["name", "price"]


PATH = "paths /items/{id}"
QUERY: dict[str, Any] = {"name": "q", "in": "query", "schema": {"type": "string"}}
SCHEMA = "components schemas Item"
CASES: dict[str, tuple[Callable[[Any], None], list[str]]] = {
    "nothing": (lambda _document: None, []),
    "an operation is gone": (drop(f"{PATH} get"), ["breaking: GET /items/{id}: the operation is gone"]),
    "an operation is new": (put(f"{PATH} put", {}), ["additive: PUT /items/{id}: the operation is new"]),
    "a parameter is gone": (
        put(f"{PATH} get parameters", []),
        ["breaking: GET /items/{id}: query parameter q: it is gone"],
    ),
    "a parameter is new": (
        put(f"{PATH} get parameters", [QUERY, {**QUERY, "name": "p"}]),
        ["additive: GET /items/{id}: query parameter p: it is new"],
    ),
    "a required parameter is new": (
        put(f"{PATH} get parameters", [QUERY, {**QUERY, "name": "p", "required": True}]),
        ["breaking: GET /items/{id}: query parameter p: it is new and required"],
    ),
    "a parameter became required": (
        put(f"{PATH} get parameters", [{**QUERY, "required": True}]),
        ["breaking: GET /items/{id}: query parameter q: it is required now"],
    ),
    "a parameter has another type": (
        put(f"{PATH} get parameters", [{**QUERY, "schema": {"type": "integer"}}]),
        ["breaking: GET /items/{id}: query parameter q: type was 'string', is 'integer'"],
    ),
    "a body became required": (
        put(f"{PATH} post requestBody required", value=True),
        ["breaking: POST /items/{id}: request body: it is required now"],
    ),
    "a media type is another": (
        put(f"{PATH} post requestBody content", {"text/csv": {}}),
        [
            "breaking: POST /items/{id}: request body: application/json is gone",
            "additive: POST /items/{id}: request body: text/csv is new",
        ],
    ),
    "a response is another": (
        put(f"{PATH} post responses", {"202": {}}),
        [
            "breaking: POST /items/{id}: response 201: it is gone",
            "additive: POST /items/{id}: response 202: it is new",
        ],
    ),
    "a property is gone": (
        drop(f"{SCHEMA} properties size"),
        [
            "breaking: GET /items/{id}: response 200.size: it is gone",
            "additive: POST /items/{id}: request body.size: it is gone",
        ],
    ),
    "a property is new and required": (
        add_price,
        [
            "breaking: POST /items/{id}: request body.price: it is new and required",
            "additive: GET /items/{id}: response 200.price: it is new",
        ],
    ),
    "a property became required": (
        put(f"{SCHEMA} required", ["name", "size"]),
        ["breaking: POST /items/{id}: request body.size: it is required now"],
    ),
    "a property is not promised any more": (
        put(f"{SCHEMA} required", []),
        ["breaking: GET /items/{id}: response 200.name: it is not promised any more"],
    ),
    "items have another type": (
        put(f"{SCHEMA} properties tags items type", "integer"),
        [
            "breaking: GET /items/{id}: response 200.tags[]: type was 'string', is 'integer'",
            "breaking: POST /items/{id}: request body.tags[]: type was 'string', is 'integer'",
        ],
    ),
    "choices are others": (
        put(f"{SCHEMA} properties size enum", ["m", "l"]),
        [
            "breaking: GET /items/{id}: response 200.size: the values ['l'] are new",
            "breaking: POST /items/{id}: request body.size: the values ['s'] are gone",
            "additive: GET /items/{id}: response 200.size: the values ['s'] are gone",
            "additive: POST /items/{id}: request body.size: the values ['l'] are new",
        ],
    ),
    "a description is another": (
        put("info title", "Store"),
        ["other: #/info/title: was 'Shop', is 'Store'"],
    ),
    "a dangling reference": (
        put(f"{PATH} get responses 200 content application/json schema", {"$ref": "#/components/schemas/None"}),
        [
            "breaking: GET /items/{id}: response 200: type was 'object', is None",
            *(
                f"breaking: GET /items/{{id}}: response 200.{name}: it is gone"
                for name in ("name", "size", "tags", "parent")
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_told_with_what_it_means(case: str) -> None:
    change, expected = CASES[case]
    new = copy.deepcopy(DOCUMENT)

    change(new)
    found = [str(each) for each in changes(DOCUMENT, new)]

    assert found == expected


def test_the_first_document_has_only_additions() -> None:
    assert {change.kind for change in changes({}, DOCUMENT)} == {"additive"}
