"""Arrays and objects of a schema: compiled once, drawn often.

Source: JSON Schema 2020-12 Core 10.3, Validation 6.4 and 6.5. Depends on: patterns, merging.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol, cast

from asgitest.conformance.json_values import is_object

if TYPE_CHECKING:
    from random import Random

    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.generate.scalars import Alphabet, Draw
    from asgitest.conformance.operation import Schema

__all__ = ["arrays", "objects"]

_SPREAD = 4
_TRIES = 8


class Compiler(Protocol):
    """What compiles the schemas inside."""

    exact: bool
    alphabet: Alphabet

    def compile(self, schema: Any) -> Draw | None:
        """Compile a subschema."""
        ...

    def height(self, schema: Any) -> int:
        """How many references deep the shallowest value is."""
        ...


def arrays(schema: Schema, compiler: Compiler) -> Draw | None:
    """Compile an array; None when there is none."""
    prefix = [compiler.compile(item) for item in schema.get("prefixItems", ())]
    items = schema.get("items", True)
    least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
    wanted = compiler.compile(schema["contains"]) if "contains" in schema else None
    least_wanted = int(schema.get("minContains", 1)) if wanted is not None else 0
    least = max(least, least_wanted)
    draw_item = compiler.compile(items) if items is not True or not prefix or least > len(prefix) else None
    if draw_item is None or None in prefix:
        usable = next((place for place, draw in enumerate(prefix) if draw is None), len(prefix))
        prefix, most = prefix[:usable], min(usable, usable if most is None else int(most))
    if most is not None and least > most:
        return None
    top = least + _SPREAD if most is None else min(int(most), least + _SPREAD)
    if schema.get("minItems") is None and prefix:
        top = max(top, len(prefix)) if most is None else min(max(top, len(prefix)), int(most))
    unique = schema.get("uniqueItems") is True
    deep = compiler.height(items) > 0 if is_object(items) else False
    fixed = cast("list[Draw]", prefix)

    def draw(rng: Random, dictionary: Dictionary, depth: int) -> list[Any]:
        count = least if depth <= 0 and (deep or not fixed) else least + int(rng.random() * (top - least + 1))
        values: list[Any] = []
        for place in range(count):
            one = fixed[place] if place < len(fixed) else cast("Draw", draw_item)
            values.append(one(rng, dictionary, depth - 1))
        for place in range(least_wanted):
            values[len(values) - 1 - place] = cast("Draw", wanted)(rng, dictionary, depth - 1)
        return (
            _distinct(values, lambda: cast("Draw", draw_item)(rng, dictionary, depth - 1), least) if unique else values
        )

    return draw


def _distinct(values: list[Any], again: Any, least: int) -> list[Any]:
    """Leave out what is there already, and draw again until there are enough, for a while."""
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(_identity(value), value)
    for _ in range(_TRIES * max(1, least)):
        if len(found) >= min(least, len(values)):
            break
        value = again()
        found.setdefault(_identity(value), value)
    return list(found.values())


def _identity(value: Any) -> str:
    """What makes two JSON values the same; numbers are compared as numbers."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, default=repr)


def objects(schema: Schema, compiler: Compiler) -> Draw | None:  # noqa: C901  compiled and drawn in one place
    """Compile an object; None when there is none."""
    required = cast("list[str]", schema.get("required", []))
    fields = _fields(schema, compiler, set(required))
    if fields is None:
        return None
    always, optional = fields
    more = _more(schema, compiler)
    least, most = int(schema.get("minProperties", 0)), schema.get("maxProperties")
    if most is not None and len(always) > most:
        return None
    dependent = cast("dict[str, list[str]]", schema.get("dependentRequired", {}))
    by_name = {name: draw for name, draw, _ in optional}
    free = more is not None and (
        "properties" not in schema or "additionalProperties" in schema or "patternProperties" in schema
    )

    def draw(rng: Random, dictionary: Dictionary, depth: int) -> dict[str, Any]:
        value = {name: one(rng, dictionary, depth) for name, one in always}
        share = rng.choice((0.0, 0.5, 0.5, 1.0))
        for name, one, deep in optional:
            if rng.random() < share and not (deep and depth <= 0) and (most is None or len(value) < most):
                value[name] = one(rng, dictionary, depth)
        for name in list(value):
            for needed in dependent.get(name, ()):
                if needed not in value:
                    value[needed] = by_name[needed](rng, dictionary, depth) if needed in by_name else None
        _fill(value, rng, by_name, least=least, dictionary=dictionary, depth=depth)
        if more is not None and (free or len(value) < least):
            room = 3 if most is None else max(0, min(3, most - len(value)))
            for _ in range(max(least - len(value), rng.randint(0, room) if free and depth > 0 else 0)):
                more(value, rng, dictionary, depth=depth - 1)
        return value

    return draw


def _fill(
    value: dict[str, Any], rng: Random, by_name: dict[str, Draw], *, least: int, dictionary: Dictionary, depth: int
) -> None:
    """Add optional properties until there are enough."""
    for name, draw in by_name.items():
        if len(value) >= least:
            return
        if name not in value:
            value[name] = draw(rng, dictionary, depth)


def _fields(
    schema: Schema, compiler: Compiler, required: set[str]
) -> tuple[list[tuple[str, Draw]], list[tuple[str, Draw, bool]]] | None:
    """The properties that must be there, and those that may; None when one that must cannot be."""
    always: list[tuple[str, Draw]] = []
    optional: list[tuple[str, Draw, bool]] = []
    properties = schema.get("properties", {})
    for name, given in properties.items():
        if is_object(given) and given.get("readOnly") is True and name not in required:
            continue
        draw = compiler.compile(given)
        if name in required:
            if draw is None:
                return None
            always.append((name, draw))
        elif draw is not None:
            optional.append((name, draw, compiler.height(given) > 0))
    for name in sorted(required - properties.keys()):
        draw = compiler.compile(_unnamed(schema, name))
        if draw is None:
            return None
        always.append((name, draw))
    return always, optional


def _unnamed(schema: Schema, name: str) -> Any:
    """The schema of a property that is required without being described."""
    import re  # noqa: PLC0415  rare

    for pattern, given in schema.get("patternProperties", {}).items():
        try:
            if re.search(pattern, name):
                return given
        except re.error:
            continue
    return schema.get("additionalProperties", True)


def _more(schema: Schema, compiler: Compiler) -> Any:
    """What adds one property that is not named; None when none may be."""
    patterns = schema.get("patternProperties", {})
    ways: list[tuple[Draw, Draw]] = []
    for pattern, given in patterns.items():
        name, value = compiler.compile({"type": "string", "pattern": pattern}), compiler.compile(given)
        if name is not None and value is not None:
            ways.append((name, value))
    additional = schema.get("additionalProperties", True)
    if additional is not False and schema.get("unevaluatedProperties") is not False:
        names = schema.get("propertyNames", True)
        plain = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,9}$"}
        name = compiler.compile(plain if names is True else {"allOf": [{"type": "string"}, names]})
        value = compiler.compile(additional)
        if name is not None and value is not None:
            ways.append((name, value))
    if not ways:
        return None
    named = frozenset(schema.get("properties", {}))

    def add(value: dict[str, Any], rng: Random, dictionary: Dictionary, *, depth: int) -> None:
        name, one = rng.choice(ways)
        for _ in range(_TRIES):
            key = name(rng, dictionary, depth)
            if key not in value and key not in named:
                value[key] = one(rng, dictionary, depth)
                return

    return add
