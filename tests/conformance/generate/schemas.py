"""Schemas of every kind that OpenAPI documents have, to be drawn from."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

__all__ = ["SCHEMAS"]

_TREE: dict[str, Any] = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}, "maxItems": 3},
                "parent": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            },
            "required": ["name", "children"],
        }
    },
}
_PETS: dict[str, Any] = {
    "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
    "discriminator": {"propertyName": "kind", "values": ["cat", "dog"]},
    "$defs": {
        "Cat": {
            "type": "object",
            "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer", "minimum": 1, "maximum": 9}},
            "required": ["kind", "lives"],
            "additionalProperties": False,
        },
        "Dog": {
            "type": "object",
            "properties": {"kind": {"const": "dog"}, "tricks": {"type": "array", "items": {"type": "string"}}},
            "required": ["kind"],
            "additionalProperties": False,
        },
    },
}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required}


SCHEMAS: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "integer in bounds": {"type": "integer", "minimum": -3, "exclusiveMaximum": 9},
    "integer multiple": {"type": "integer", "multipleOf": 7, "minimum": 100, "maximum": 200},
    "int32": {"type": "integer", "format": "int32"},
    "number": {"type": "number"},
    "number in open bounds": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "money": {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 1000},
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "text": {"type": "string"},
    "short text": {"type": "string", "minLength": 3, "maxLength": 5},
    "one length": {"type": "string", "minLength": 32, "maxLength": 32},
    "enumeration": {"type": "string", "enum": ["a", "b", "c"]},
    "mixed enumeration": {"enum": [1, "a", None, True, {"a": 1}]},
    "constant": {"const": {"a": [1]}},
    "several types": {"type": ["string", "integer", "null"], "maxLength": 4, "minimum": 3},
    "nullable": {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]},
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in (
            "date", "date-time", "time", "duration", "uuid", "email", "uri", "uri-reference", "hostname", "ipv4",
            "ipv6", "json-pointer", "regex", "iri", "idn-email", "relative-json-pointer", "uri-template",
        )
    },
    **{
        f"pattern {pattern}": {"type": "string", "pattern": pattern}
        for pattern in (
            r"^[a-z]+$", r"^\d{4}-\d{2}$", r"^(red|green|blue)$", r"^[A-Z]{2}\d{1,3}[a-f]?$", r"^\S+@\S+\.[a-z]{2,4}$",
            r"^[^@\s]+$", r"^(\w+)-\1$", r"^#(?:[0-9a-fA-F]{3}){1,2}$", r"b+c*", r"^[\w.-]{3,10}$", r"^\+?[1-9]\d{1,14}$",
        )
    },
    "pattern and length": {"type": "string", "pattern": "^[a-z]*$", "minLength": 5, "maxLength": 8},
    "array": {"type": "array", "items": {"type": "integer"}},
    "array of a length": {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 3},
    "set": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 5}, "uniqueItems": True, "minItems": 3},
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2},
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 7}},
    "object": _object(a={"type": "integer"}, b={"type": "string"}),
    "optional properties": _object(["a"], a={"type": "integer"}, b={"type": "string"}, c={"type": "null"}),
    "closed object": {**_object(a={"type": "integer"}), "additionalProperties": False},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 4},
    "named map": {"type": "object", "propertyNames": {"pattern": "^x-[a-z]+$"}, "additionalProperties": {"type": "null"}},
    "pattern properties": {
        "type": "object",
        "patternProperties": {"^n_": {"type": "integer"}, "^s_": {"type": "string"}},
        "additionalProperties": False,
    },
    "dependent": {**_object([], a={"type": "integer"}, b={"type": "integer"}), "dependentRequired": {"a": ["b"]}},
    "all of": {"allOf": [_object(a={"type": "integer", "minimum": 3}), _object(a={"maximum": 9}, b={"type": "string"})]},
    "any of": {"anyOf": [_object(a={"type": "integer"}), _object(b={"type": "string"})]},
    "one of": {"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]},
    "not": {"type": "integer", "minimum": 0, "maximum": 9, "not": {"multipleOf": 2}},
    "condition": {
        **_object(["kind"], kind={"enum": ["a", "b"]}, size={"type": "integer"}),
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["size"]},
    },
    "anything": {},
    "tree": _TREE,
    "discriminator": _PETS,
    "list of choices": {"type": "array", "items": _PETS | {"$defs": {}}, "$defs": _PETS["$defs"], "maxItems": 4},
    "mutual recursion": {
        "$ref": "#/$defs/A",
        "$defs": {
            "A": _object(["b"], b={"$ref": "#/$defs/B"}, n={"type": "integer"}),
            "B": _object([], a={"$ref": "#/$defs/A"}, s={"type": "string"}),
        },
    },
    "deep": _object(a=_object(b=_object(c={"type": "array", "items": _object(d={"type": "string", "format": "uuid"})}))),
}  # fmt: skip
