"""Whether an app that coerces values might take a value, although its schema says otherwise.

The model is pydantic's lax mode and msgspec's ``strict=False``, whichever takes more. Whatever is not understood is
taken: the answer no means that the value must be rejected.

Source: pydantic, Conversion Table; msgspec, "Strict" vs "Lax" Mode. Depends on: formats.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.dialect import UNRESOLVED
from asgitest.conformance.generate.formats import CHECKED_FORMATS, WRONG_TEXT
from asgitest.conformance.generate.merging import types_of
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.operation import Schema

__all__ = ["may_accept"]

_INTEGER = re.compile(r"\s*[+-]?\d[\d_]*(\.0*)?\s*")
_BOOLEANS = frozenset(["0", "1", "t", "f", "y", "n", "on", "off", "yes", "no", "true", "false", "0.0", "1.0"])
_TIMES = frozenset({"date", "date-time", "time", "duration"})
_NOTHINGS = frozenset({"", "null", "none"})
_ALL = ("object", "array", "string", "integer", "number", "boolean", "null")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SCALARS = frozenset({"integer", "number", "boolean", "string", "null"})
_WHOLE = 2**53
_DEEPEST = 40


def may_accept(schema: Any, value: Any, definitions: Mapping[str, Any], *, text: bool, level: int = 0) -> bool:  # noqa: PLR0911  each keyword may say no
    """Whether *value* might be taken.

    Args:
        schema: What is declared.
        value: What the app parses out of the bytes: a JSON value, or text (in lists and objects) with *text*.
        definitions: Of the schema.
        text: Whether it comes from a path, query, header, cookie or form.
        level: How deep this is already.
    """
    if isinstance(schema, bool) or level > _DEEPEST:
        return schema is not False
    given = cast("Schema", schema)
    if UNRESOLVED in given:
        return True

    def below(inner: Any) -> bool:
        return may_accept(inner, value, definitions, text=text, level=level + 1)

    if given.get("not") == {}:
        return False
    if "$ref" in given and not below(definitions.get(str(given["$ref"]).rpartition("/")[2], True)):
        return False
    if not all(below(part) for part in given.get("allOf", ())):
        return False
    if any(
        given.get(keyword) and not any(below(branch) for branch in given[keyword]) for keyword in ("anyOf", "oneOf")
    ):
        return False
    constants = given.get("enum", [given["const"]] if "const" in given else None)
    if constants is not None and not any(_same(constant, value) for constant in constants):
        return False
    return any(
        _fits(name, one, given, definitions=definitions, text=text, level=level)
        for name in types_of(given) or _ALL
        for one in _coerced(name, value, given, text=text)
    )


def _same(constant: Any, value: Any) -> bool:
    """Whether a value might be taken for a constant."""
    if constant == value or value is True or value is False:
        return True
    if isinstance(constant, str) or not isinstance(value, str):
        return isinstance(constant, int | float) and isinstance(value, int | float) and constant == value
    return any(
        _loosely_equal(constant, one)
        for name in ("integer", "number", "boolean", "null")
        for one in _coerced(name, value, {}, text=True)
    )


def _loosely_equal(constant: Any, value: Any) -> bool:
    """Equality of constants; structures are not compared."""
    return isinstance(constant, list | dict) or constant == value


def _coerced(name: str, value: Any, schema: Schema, *, text: bool) -> Iterator[Any]:  # noqa: C901, PLR0912  one case for each type
    """What a value becomes when it is taken for a type; nothing when it cannot be."""
    if text and name in _SCALARS and is_array(value):
        # A name that comes several times, where one value is wanted: the first, the last, or all of them joined.
        texts = [str(item) for item in value]
        for one in dict.fromkeys([*texts[:1], *texts[-1:], ",".join(texts)]):
            yield from _coerced(name, one, schema, text=text)
        return
    match name:
        case "integer" | "number":
            yield from _number(value, whole=name == "integer")
        case "boolean":
            if isinstance(value, bool) or (
                not isinstance(value, list | dict) and str(value).strip().lower() in _BOOLEANS
            ):
                yield True
        case "string":
            if isinstance(value, str | bytes) or (schema.get("format") in _TIMES and isinstance(value, int | float)):
                yield value
        case "null":
            if value is None or value is ABSENT or (text and isinstance(value, str) and value.lower() in _NOTHINGS):
                yield None
        case "array":
            if is_array(value):
                yield value
            elif text and isinstance(value, str | bytes):
                yield [value]
        case "object":
            if is_object(value) or (text and isinstance(value, str) and value.lstrip()[:1] == "{"):
                yield cast("Any", value)
        case _:
            yield value


def _number(value: Any, *, whole: bool) -> Iterator[Any]:
    """The number a value is taken for."""
    if isinstance(value, bool | int):
        yield int(value)
    elif isinstance(value, float):
        if not whole or (math.isfinite(value) and value.is_integer()):
            yield value
    elif isinstance(value, str) and (_INTEGER.fullmatch(value) or not whole):
        try:
            yield float(value.replace("_", ""))
        except ValueError:
            return


def _fits(name: str, value: Any, schema: Schema, *, definitions: Mapping[str, Any], text: bool, level: int) -> bool:
    """Whether a coerced value keeps the bounds of its type."""
    match name:
        case "integer" | "number":
            return _number_fits(value, schema)
        case "string":
            return not isinstance(value, str) or _text_fits(value, schema)
        case "array":
            return _array_fits(value, schema, definitions, text=text, level=level)
        case "object":
            return not is_object(value) or _object_fits(value, schema, definitions, text=text, level=level)
        case _:
            return True


def _number_fits(value: float, schema: Schema) -> bool:
    """Bounds; of multiples only those of whole numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return True
    step = schema.get("multipleOf")
    if isinstance(step, int) and step > 0 and value % step:
        return False
    bounds = [schema[name] for name in _BOUNDS if isinstance(schema.get(name), int | float)]
    if any(abs(bound) >= _WHOLE for bound in bounds) and abs(value) >= _WHOLE:
        return True  # up there a float and its neighbours are the same, and nothing can be told
    below = value < schema.get("minimum", value) or value <= schema.get("exclusiveMinimum", -math.inf)
    above = value > schema.get("maximum", value) or value >= schema.get("exclusiveMaximum", math.inf)
    return not (below or above)


def _text_fits(value: str, schema: Schema) -> bool:
    """Length in characters, pattern, and formats that are surely checked; lengths may be of stripped text."""
    if len(value) < schema.get("minLength", 0):
        return False
    if len(value.strip()) > schema.get("maxLength", len(value)):
        return False
    if value == WRONG_TEXT and schema.get("format") in CHECKED_FORMATS:
        return False
    pattern = schema.get("pattern")
    if not isinstance(pattern, str):
        return True
    try:
        return re.search(pattern, value) is not None or re.search(pattern, value.strip()) is not None
    except re.error:
        return True


def _array_fits(value: list[Any], schema: Schema, definitions: Mapping[str, Any], *, text: bool, level: int) -> bool:
    """Number of items and each item; of unique ones nothing is asked, sets drop what is double."""
    prefix = schema.get("prefixItems", [])
    most = schema.get("maxItems", len(value))
    if len(value) < schema.get("minItems", 0) or (len(value) > most and schema.get("uniqueItems") is not True):
        return False
    items = schema.get("items", True)
    return all(
        may_accept(prefix[place] if place < len(prefix) else items, one, definitions, text=text, level=level + 1)
        for place, one in enumerate(value)
    )


def _object_fits(
    value: dict[str, Any], schema: Schema, definitions: Mapping[str, Any], *, text: bool, level: int
) -> bool:
    """Required properties, each property, and whether more are allowed."""
    required = frozenset(schema.get("required", ()))
    present = {name: one for name, one in value.items() if name in required or not (text and one == "")}
    if not required <= present.keys():
        return False
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        return False
    properties = schema.get("properties", {})
    open_names = bool(schema.get("patternProperties")) or "propertyNames" in schema
    additional = True if open_names else schema.get("additionalProperties", True)
    return all(
        may_accept(properties.get(name, additional), one, definitions, text=text, level=level + 1)
        for name, one in present.items()
    )
