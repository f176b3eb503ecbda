"""Two schemas that both hold, as one.

Where one schema cannot say it (two patterns, two ``not``), what is left over stays under ``allOf`` and the result is
marked as inexact, so that values are checked.

Source: JSON Schema 2020-12 Core 10.2. Depends on: the values of an operation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.json_values import is_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.operation import Schema

__all__ = ["INEXACT", "NOTHING", "kinds_of", "merge", "types_of"]

INEXACT = "x-asgitest-inexact"
"""Marks a schema that allows more than it should; values made from it are checked against the original."""

NOTHING: Schema = {"not": {}}
"""The schema no value is valid under."""

ALL_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_KINDS = {
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "dependentRequired",
    ),
    "array": ("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "format", "minLength", "maxLength", "contentEncoding", "contentMediaType"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_LEAST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"})
_MOST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"})
_BOTH = frozenset({"items", "additionalProperties", "propertyNames", "contains"})
_MOST_BRANCHES = 24


def types_of(schema: Schema) -> tuple[str, ...]:
    """The types a schema names; empty when it names none."""
    given = schema.get("type")
    if isinstance(given, str):
        return (given,)
    return tuple(cast("list[str]", given)) if is_array(given) else ()


def kinds_of(schema: Schema) -> tuple[str, ...]:
    """The types values shall have: those named, else those its keywords are about; empty when any will do."""
    return types_of(schema) or tuple(
        kind for kind, keywords in _KINDS.items() if not schema.keys().isdisjoint(keywords)
    )


def merge(first: Schema, second: Schema) -> Schema:
    """Merge two schemas without references at their tops."""
    if not second:
        return first
    if not first:
        return second
    merged = dict(first)
    for keyword, value in second.items():
        if keyword not in merged:
            merged[keyword] = value
        elif merged[keyword] != value:
            _MERGERS.get(keyword, _by_keyword)(merged, keyword, value)
    if ("additionalProperties" in first) != ("additionalProperties" in second) and (
        "properties" in first or "properties" in second
    ):
        _close(merged, first, second)
    return merged


def _by_keyword(merged: Schema, keyword: str, value: Any) -> None:
    """Merge a keyword that is a bound or a schema; of anything else the first is kept."""
    held = merged[keyword]
    if keyword in _LEAST:
        merged[keyword] = max(held, value)
    elif keyword in _MOST:
        merged[keyword] = min(held, value)
    elif keyword in _BOTH:
        merged[keyword] = _both(held, value)


def _both(held: Any, value: Any) -> Any:
    """Both of two subschemas, without looking at references."""
    if value in (True, {}):
        return held
    if held in (True, {}):
        return value
    return False if held is False or value is False else {"allOf": [held, value]}


def _types(merged: Schema, _keyword: str, value: Any) -> None:
    """What both allow; integers are numbers."""
    held, other = types_of(merged), types_of({"type": value})
    common = [one for one in held if one in other or (one == "integer" and "number" in other)]
    common += [one for one in other if one == "integer" and "number" in held and one not in common]
    if not common:
        merged["not"] = {}
    merged["type"] = common[0] if len(common) == 1 else common


def _properties(merged: Schema, keyword: str, value: Any) -> None:
    """Property by property."""
    held = dict(merged[keyword])
    for name, schema in value.items():
        held[name] = _both(held[name], schema) if name in held and held[name] != schema else schema
    merged[keyword] = held


def _enum(merged: Schema, _keyword: str, value: Any) -> None:
    """What is in both."""
    merged["enum"] = [one for one in merged["enum"] if one in value]


def _const(merged: Schema, _keyword: str, _value: Any) -> None:
    """Two different constants leave nothing."""
    merged["not"] = {}


def _multiple(merged: Schema, _keyword: str, value: Any) -> None:
    """The least common multiple; of two that are no integers the product."""
    held = merged["multipleOf"]
    whole = isinstance(held, int) and isinstance(value, int)
    merged["multipleOf"] = math.lcm(cast("int", held), cast("int", value)) if whole else held * value


def _choices(merged: Schema, keyword: str, value: Any) -> None:
    """Every pair of branches."""
    pairs = [{"allOf": [one, other]} for one in merged[keyword] for other in value]
    merged[keyword] = pairs[:_MOST_BRANCHES]
    merged[INEXACT] = True


def _left_over(merged: Schema, keyword: str, value: Any) -> None:
    """Keep the first, check the second."""
    del keyword, value
    merged[INEXACT] = True


def _required(merged: Schema, keyword: str, value: Any) -> None:
    """All that are required by either."""
    merged[keyword] = list(dict.fromkeys([*merged[keyword], *value]))


def _unique(merged: Schema, keyword: str, value: Any) -> None:
    """If either wants it."""
    merged[keyword] = bool(merged[keyword] or value)


def _tables(merged: Schema, keyword: str, value: Any) -> None:
    """All entries; of one name the first, checked."""
    merged[keyword] = {**value, **merged[keyword]}
    merged[INEXACT] = True


def _items(merged: Schema, keyword: str, value: Any) -> None:
    """Place by place."""
    held = merged[keyword]
    longer, shorter = (held, value) if len(held) >= len(value) else (value, held)
    merged[keyword] = [_both(one, shorter[place]) if place < len(shorter) else one for place, one in enumerate(longer)]


def _close(merged: Schema, first: Schema, second: Schema) -> None:
    """What one schema closes, the properties of the other do not open."""
    closed, other = (first, second) if "additionalProperties" in first else (second, first)
    if closed["additionalProperties"] in (True, {}):
        return
    names = other.get("properties", {}).keys() - closed.get("properties", {}).keys()
    if names:
        kept = {name: schema for name, schema in merged["properties"].items() if name not in names}
        merged["properties"] = kept if closed["additionalProperties"] is False else merged["properties"]
        merged[INEXACT] = True


_MERGERS: dict[str, Callable[[Schema, str, Any], None]] = {
    "type": _types,
    "properties": _properties,
    "enum": _enum,
    "const": _const,
    "multipleOf": _multiple,
    "anyOf": _choices,
    "oneOf": _choices,
    "required": _required,
    "uniqueItems": _unique,
    "prefixItems": _items,
    "patternProperties": _tables,
    "dependentRequired": _tables,
    "dependentSchemas": _tables,
    "pattern": _left_over,
    "format": _left_over,
    "not": _left_over,
    "if": _left_over,
}
