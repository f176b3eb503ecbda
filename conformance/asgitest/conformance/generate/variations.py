"""Values around what a schema allows: each edge, one step beyond it, and other types.

Nothing here says whether a value is valid: that is judged from the case it ends up in.

Source: JSON Schema 2020-12 Validation. Depends on: merging, formats.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.generate.formats import WRONG_TEXT
from asgitest.conformance.generate.merging import kinds_of
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.generate.schema_values import SchemaValues
    from asgitest.conformance.operation import Schema

__all__ = ["Place", "places_in", "replaced", "variations", "without"]

Path = tuple[str | int, ...]
Variation = tuple[str, Any]

_DEEPEST = 4
_LONG = 8192
_UNICODE = {
    "combining characters": "e\u0301\u0301\u0301",
    "right-to-left override": "\u202eabc",
    "zero-width characters": "a\u200bb\u200d",
    "an emoji of several code points": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a letter that grows in upper case": "ßﬃİ",
    "a byte order mark": "\ufeffa",
    "digits that are not ASCII": "\u0661\u0662\u00b2",
}
_FORMAT_EDGES: dict[str, tuple[str, ...]] = {
    "date": ("0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "1970-01-01"),
    "date-time": (
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2024-02-29T23:59:59.999999+14:00",
        "1970-01-01T00:00:00",
        "2016-12-31T23:59:60Z",
    ),
    "time": ("00:00:00", "23:59:59.999999Z", "24:00:00"),
    "duration": ("PT0S", "P999999999D", "-P1D"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    "email": ("a@b.co", f"{'a' * 64}@example.com"),
    "uri": ("http://a.b", "https://example.com/" + "a" * 2000),
}
_WORDS: tuple[Variation, ...] = (
    ("text for another type", "asgitest"),
    ("a number as text", "1"),
    ("one", 1),
    ("a fraction", 1.5),
    ("true", True),
    ("an empty array", []),
    ("an array", [1]),
    ("an empty object", {}),
    ("null", None),
)


class Place:
    """A place in a value: the way to it, its flattened schema, what stands there.

    Args:
        path: Keys and indexes from the outside.
        schema: What is allowed there.
        value: What is there.
        required: Whether it must be.
    """

    __slots__ = ("path", "required", "schema", "value")

    def __init__(self, path: Path, schema: Schema, value: Any, *, required: bool) -> None:
        self.path = path
        self.schema = schema
        self.value = value
        self.required = required

    @property
    def name(self) -> str:
        """How phrases call it."""
        return ".".join(str(part) for part in self.path)


def places_in(
    values: SchemaValues, schema: Any, value: Any, *, path: Path = (), required: bool = True
) -> Iterator[Place]:
    """Yield the value itself and all places in it, of arrays the first and the last item."""
    flat = _branch(values, values.flatten(schema), value)
    yield Place(path, flat, value, required=required)
    if len(path) >= _DEEPEST:
        return
    if is_object(value):
        needed = flat.get("required", ())
        properties = flat.get("properties", {})
        for name, one in value.items():
            inner = properties.get(name, flat.get("additionalProperties", True))
            yield from places_in(values, inner, one, path=(*path, name), required=name in needed)
    elif is_array(value) and value:
        prefix = flat.get("prefixItems", [])
        for index in sorted({0, len(value) - 1}):
            inner = prefix[index] if index < len(prefix) else flat.get("items", True)
            yield from places_in(values, inner, value[index], path=(*path, index), required=True)


def _branch(values: SchemaValues, schema: Schema, value: Any) -> Schema:
    """Follow a choice to the branch a value belongs to, by its type; keep that others exist."""
    branches = schema.get("anyOf") or schema.get("oneOf")
    if not branches:
        return schema
    flat = [_branch(values, values.flatten(branch), value) for branch in branches]
    kind = _kind(value)
    fitting = [one for one in flat if kind in kinds_of(one) or (kind == "integer" and "number" in kinds_of(one))]
    if is_object(value) and fitting:
        names = value.keys()
        fitting.sort(key=lambda one: -len(names & one.get("properties", {}).keys()))
    return fitting[0] if fitting else schema


def _kind(value: Any) -> str:
    """The JSON type of a value."""
    for kind, name in (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (list, "array"),
        (dict, "object"),
    ):
        if isinstance(value, kind):
            return name
    return "string" if isinstance(value, bytes) else "null"


def variations(schema: Schema, value: Any) -> Iterator[Variation]:
    """Yield values around a schema, each with a phrase that says what it is.

    Args:
        schema: Flattened.
        value: What stands there now, the material for arrays and objects.
    """
    kinds = kinds_of(schema)
    for constant in schema.get("enum", ())[:20]:
        yield "a value of the enumeration", constant
        if isinstance(constant, str) and constant.swapcase() != constant:
            yield "a value of the enumeration in other case", constant.swapcase()
    if {"integer", "number"}.intersection(kinds):
        yield from _around_number(schema)
    if "string" in kinds:
        yield from _around_text(schema)
    if "boolean" in kinds:
        yield from (("true", True), ("false", False))
    if is_array(value):
        yield from _around_array(schema, value)
    if is_object(value):
        yield from _around_object(schema, value)
    yield from _WORDS


def _around_number(schema: Schema) -> Iterator[Variation]:
    """Bounds and the steps across them; the ends of what machines hold."""
    whole = "integer" in kinds_of(schema)
    step = schema.get("multipleOf", 1 if whole else 0.01)
    for keyword, phrase in (
        ("minimum", "the minimum"),
        ("maximum", "the maximum"),
        ("exclusiveMinimum", "the lower bound"),
        ("exclusiveMaximum", "the upper bound"),
    ):
        bound = schema.get(keyword)
        if isinstance(bound, int | float):
            bound = int(bound) if whole else bound
            yield phrase, bound
            yield f"just below {phrase}", bound - step
            yield f"just above {phrase}", bound + step
    if "multipleOf" in schema:
        yield "no multiple", step * 3 + (1 if whole else step / 2)
    yield from (("zero", 0), ("minus one", -1), ("one", 1))
    for bits in (31, 32, 63, 64):
        yield f"2**{bits}", 2**bits
        yield f"2**{bits} - 1", 2**bits - 1
        yield f"-2**{bits}", -(2**bits)
    yield "a number of forty digits", 10**40
    if not whole:
        yield from (
            ("a tiny number", 5e-324),
            ("a huge number", 1.7e308),
            ("minus zero", -0.0),
            ("a fraction without end", 0.1 + 0.2),
        )


def _around_text(schema: Schema) -> Iterator[Variation]:
    """Lengths and the steps across them; characters that are hard; edges of formats."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if least:
        yield "text of the least length", "a" * least
        yield "text that is too short", "a" * (least - 1)
    if isinstance(most, int):
        yield "text of the greatest length", "a" * most
        yield "text that is too long", "a" * (most + 1)
        yield "the greatest length in characters of four bytes", "\U0001f600" * min(most, _LONG)
    else:
        yield "very long text", "a" * _LONG
    yield from (
        ("empty text", ""),
        ("a space", " "),
        ("text with NUL", "a\x00b"),
        ("a line break", "a\r\nb"),
        ("quotes", "'\"`;--"),
    )
    yield from (
        ("percent signs", "%s%n%00"),
        ("a path that climbs", "../../etc/passwd"),
        ("braces", "{0}{{x}}${x}"),
        ("a lone backslash", "a\\"),
    )
    yield from _UNICODE.items()
    yield "text that does not match", WRONG_TEXT
    for edge in _FORMAT_EDGES.get(schema.get("format", ""), ()):
        yield f"an edge of {schema['format']}", edge
    yield from (
        ("text of digits", "0123456789"),
        ("text of capitals", string.ascii_uppercase),
        ("text 'null'", "null"),
        ("text 'NaN'", "NaN"),
    )


def _around_array(schema: Schema, value: list[Any]) -> Iterator[Variation]:
    """Numbers of items and the steps across them; items twice."""
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if least:
        yield "an array that is too short", value[: least - 1]
        yield "an array of the least length", value[:least]
    if value:
        yield "an array of one item", value[:1]
        yield "an item twice", [*value, value[0]]
        yield "items turned around", value[::-1]
        if isinstance(most, int) and most < _LONG:
            yield "an array that is too long", [value[place % len(value)] for place in range(most + 1)]
            yield "an array of the greatest length", [value[place % len(value)] for place in range(most)]
        elif most is None:
            yield "an array of many items", [value[0]] * 1000
        yield "an item that is null", [None, *value[1:]]
        yield "an item of another type", [{"asgitest": []}, *value[1:]]


def _around_object(schema: Schema, value: dict[str, Any]) -> Iterator[Variation]:
    """Properties left out, and properties nobody knows."""
    needed = set(schema.get("required", ()))
    for name in value:
        state = "required" if name in needed else "optional"
        yield f"without the {state} property {name!r}", {key: one for key, one in value.items() if key != name}
    yield "only what is required", {key: one for key, one in value.items() if key in needed}
    yield "with an unknown property", {**value, "asgitest_unknown": 1}
    yield "with an unknown property of the object model", {**value, "__proto__": {"a": 1}, "__class__": "a"}


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of *value* with *new* at *path*."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    if is_array(value):
        items = list(value)
        items[cast("int", key)] = replaced(items[cast("int", key)], rest, new)
        return items
    table = value
    return {**table, key: replaced(table[key], rest, new)}


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a copy without one entry."""
    return {key: one for key, one in value.items() if key != name}
