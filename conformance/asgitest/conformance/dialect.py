"""Schemas of OpenAPI 3.0, 3.1 and 3.2 as JSON Schema 2020-12 that stands for itself.

OpenAPI 3.0 has a dialect of its own (``nullable``, boolean ``exclusiveMinimum``); 3.1 and later are JSON Schema. What a
schema refers to goes under its ``$defs``, so that generators and validators need nothing else. Requests need no
``readOnly`` properties, responses no ``writeOnly`` ones.

Source: OpenAPI 3.0.4 and 3.1.1, Schema Object; JSON Schema 2020-12. Depends on: references.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, cast

from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.references import pointer_to

if TYPE_CHECKING:
    from asgitest.conformance.operation import Schema
    from asgitest.conformance.references import Found, References

__all__ = ["UNRESOLVED", "SchemaReader"]

Direction = Literal["request", "response"]

UNRESOLVED = "x-asgitest-unresolved"
"""Marks a schema of which nothing is known because its reference leads nowhere."""

_ONE = frozenset(
    [
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_TABLES = frozenset({"dependentSchemas", "patternProperties", "properties"})
_DROPPED = frozenset({"$defs", "definitions", "$anchor", "$dynamicAnchor", "$id", "$schema", "xml", "externalDocs"})
_OTHER_DIRECTION = {"request": "readOnly", "response": "writeOnly"}
_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


class SchemaReader:
    """Reads the schemas of one document.

    Args:
        references: Of the document.
        version: Of OpenAPI, such as ``(3, 0)``.
        direction: Which way values go.
    """

    def __init__(self, references: References, *, version: tuple[int, int], direction: Direction) -> None:
        self._references = references
        self._old = version < (3, 1)
        self._other = _OTHER_DIRECTION[direction]
        self._definitions: dict[str, Schema] = {}
        self._names: dict[str, str] = {}
        self._uses: dict[str, set[str]] = {}
        self._using: set[str] = set()

    def read(self, schema: Any, base: str, where: str) -> Schema:
        """Read a schema.

        Args:
            schema: Schema Object or Reference Object.
            base: URI of the document it stands in.
            where: JSON pointer to it.

        Returns:
            A schema with all it refers to under ``$defs``.
        """
        outer, self._using = self._using, set()
        converted = self._convert(schema, base, where)
        names, self._using = self._reachable(self._using), outer
        if not names:
            return converted
        return {**converted, "$defs": {name: self._definitions[name] for name in sorted(names)}}

    def _reachable(self, names: set[str]) -> set[str]:
        """All definitions that can be reached from some."""
        reached: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(self._uses[name])
        return reached

    def _convert(self, schema: Any, base: str, where: str) -> Schema:
        """Convert one schema and all in it."""
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        if not is_object(schema):
            self._references.tell("schema.dialect-valid", where, f"A schema is an object, but {where} is not.")
            return {}
        given = schema
        reference = given.get("$ref", given.get("$dynamicRef"))
        if reference is None:
            return self._keywords(given, base, where)
        target = self._referred(reference, base, where)
        siblings = {key: value for key, value in given.items() if key not in {"$ref", "$dynamicRef"}}
        if self._old or not siblings:
            return target
        return {**self._keywords(siblings, base, where), **target}

    def _referred(self, reference: Any, base: str, where: str) -> Schema:
        """A reference to a definition, which is read on the way."""
        found = self._references.find(reference, base, where)
        if found is None:
            return {UNRESOLVED: str(reference)}
        name = self._names.get(found.key)
        if name is None:
            name = self._define(found)
        self._using.add(name)
        return {"$ref": f"#/$defs/{name}"}

    def _define(self, found: Found) -> str:
        """Read a definition under a name of its own; inside it, its name is known already."""
        stem = _NO_NAME.sub("_", found.pointer.rpartition("/")[2].replace("~1", "_")) or "root"
        name, number = stem, 1
        while name in self._definitions:
            number += 1
            name = f"{stem}_{number}"
        self._names[found.key] = name
        self._definitions[name] = {}
        outer, self._using = self._using, set()
        self._definitions[name] = self._convert(found.value, found.base, found.pointer)
        self._uses[name], self._using = self._using, outer
        if self._circular(name):
            self._references.tell(
                "schema.ref-unresolved", found.pointer, f"$ref {found.pointer!r} leads only to itself."
            )
            self._definitions[name] = {UNRESOLVED: found.key}
        return name

    def _circular(self, name: str) -> bool:
        """Whether a definition is nothing but a chain of references back to itself."""
        current, seen = name, {name}
        while True:
            reference = self._definitions[current].get("$ref")
            if reference is None:
                return False
            current = reference.rpartition("/")[2]
            if current in seen:
                return bool(current == name)
            seen.add(current)

    def _keywords(self, given: Schema, base: str, where: str) -> Schema:
        """Convert all keywords but references."""
        converted: Schema = {}
        for keyword, value in given.items():
            if keyword in _DROPPED:
                continue
            place = pointer_to(where, keyword)
            if keyword in _ONE and isinstance(value, dict | bool):
                converted[keyword] = self._convert(value, base, place)
            elif keyword in _LISTS and is_array(value):
                items = enumerate(value)
                converted[keyword] = [self._convert(item, base, pointer_to(place, number)) for number, item in items]
            elif keyword in _TABLES and is_object(value):
                table = value.items()
                converted[keyword] = {key: self._convert(item, base, pointer_to(place, key)) for key, item in table}
            elif keyword == "discriminator" and is_object(value):
                converted[keyword] = self._discriminator(value, given)
            else:
                converted[keyword] = value
        _modernise_items(converted)
        self._forget_other_direction(converted)
        return _modernise(converted) if self._old else converted

    def _forget_other_direction(self, converted: Schema) -> None:
        """Require no property that goes the other way."""
        required, properties = converted.get("required"), converted.get("properties", {})
        if is_array(required):
            names = cast("list[str]", required)
            converted["required"] = [name for name in names if not properties.get(name, {}).get(self._other)]
        elif required is not None:
            del converted["required"]

    def _discriminator(self, discriminator: dict[str, Any], given: Schema) -> Schema:
        """Give each branch of ``oneOf`` or ``anyOf`` the value that stands for it, under ``values``."""
        mapping: dict[str, str] = discriminator.get("mapping") or {}
        named = {reference.rpartition("/")[2]: value for value, reference in mapping.items()}
        branches: list[Any] = given.get("oneOf") or given.get("anyOf") or []
        names = [str(branch.get("$ref", "")).rpartition("/")[2] for branch in branches if is_object(branch)]
        values = [named.get(name, name) or None for name in names]
        return {"propertyName": discriminator.get("propertyName", ""), "values": values}


def _modernise_items(schema: Schema) -> None:
    """Write ``items`` as a list the way of 2020-12."""
    if is_array(schema.get("items")):
        schema["prefixItems"] = [item if is_object(item) else {} for item in schema.pop("items")]
        if "additionalItems" in schema:
            schema["items"] = schema.pop("additionalItems")


def _modernise(schema: Schema) -> Schema:
    """Write the dialect of OpenAPI 3.0 as JSON Schema 2020-12."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = schema.get(exclusive)
        if flag is True and bound in schema:
            schema[exclusive] = schema.pop(bound)
        elif isinstance(flag, bool):
            del schema[exclusive]
    if schema.pop("nullable", False) is not True:
        return schema
    if is_array(schema.get("enum")) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        return schema
    return {"anyOf": [schema, {"type": "null"}]} if "type" not in schema and schema else schema
