"""Two JSON Schemas compared, in the direction values travel.

What a request may hold must stay allowed; what a response may hold must stay as promised. Compared is what the keywords
say, not whether one schema includes the other, which nobody can decide in general.

Source: JSON Schema 2020-12. Depends on: changes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from asgitest.conformance.drift.change import Change
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.operation import Schema

__all__ = ["Direction", "Side", "compare_schemas"]

Direction = Literal["request", "response"]

_DEEPEST = 12
_LONGEST = 120
_ALL_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})
_LOWER = {"minimum": "minimum", "exclusiveMinimum": "minimum", "minLength": "min-length", "minItems": "min-items"}
_UPPER = {"maximum": "maximum", "exclusiveMaximum": "maximum", "maxLength": "max-length", "maxItems": "max-items"}


@dataclass(frozen=True, slots=True)
class Side:
    """A schema and the root that holds its definitions."""

    schema: Any
    root: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """A schema with its references followed, ``allOf`` merged, and null told apart.

    Args:
        table: The keywords.
        types: What it allows besides null.
        nullable: Whether null is allowed.
        alternatives: Of ``oneOf`` or ``anyOf``, when there is more than one besides null.
        identity: The reference it was reached by, to notice circles.
    """

    table: Schema
    types: frozenset[str]
    nullable: bool
    alternatives: tuple[Any, ...]
    identity: str


def compare_schemas(before: Side, after: Side, *, direction: Direction, operation: str, where: str) -> Iterator[Change]:
    """Compare two schemas.

    Args:
        before: Of the old document.
        after: Of the new one.
        direction: Whether values travel to the app or from it.
        operation: Label of the operation.
        where: The place of the schema in it.
    """
    comparison = _Comparison(direction, operation)
    yield from comparison.compare(before, after, where)


class _Comparison:
    """One comparison; knows which pairs it has seen, so that recursive schemas end."""

    def __init__(self, direction: Direction, operation: str) -> None:
        self._request = direction == "request"
        self._operation = operation
        self._seen: set[tuple[str, str]] = set()

    def _change(self, name: str, where: str, *pair: Any) -> Change:
        """Build a change; *pair* is what both documents say."""
        before, after = (*pair, "", "")[:2]
        return Change(
            check=f"drift.{name}", operation=self._operation, where=where, before=_shown(before), after=_shown(after)
        )

    def compare(self, before: Side, after: Side, where: str) -> Iterator[Change]:
        """Compare a pair of schemas and what is below them."""
        old, new = _plain(before), _plain(after)
        pair = (old.identity, new.identity)
        if (old.identity and pair in self._seen) or where.count("/") > _DEEPEST:
            return
        self._seen.add(pair)
        yield from self._types(old, new, where)
        yield from self._enums(old, new, where)
        yield from self._limits(old, new, where)
        yield from self._texts(old, new, where)
        yield from self._alternatives(old, new, where)
        yield from self._properties((old, before.root), (new, after.root), where)
        items = old.table.get("items"), new.table.get("items")
        if is_object(items[0]) and is_object(items[1]):
            yield from self.compare(Side(items[0], before.root), Side(items[1], after.root), f"{where}/*")

    def _types(self, old: _Plain, new: _Plain, where: str) -> Iterator[Change]:
        lost, gained = _beyond(old.types, new.types), _beyond(new.types, old.types)
        if self._request:
            if lost:
                yield self._change("request-type-narrowed", where, sorted(old.types), sorted(new.types))
            elif gained:
                yield self._change("request-type-widened", where, sorted(old.types), sorted(new.types))
            if old.nullable and not new.nullable:
                yield self._change("request-not-nullable", where, "null allowed", "null refused")
            elif new.nullable and not old.nullable:
                yield self._change("request-nullable", where, "null refused", "null allowed")
            return
        if gained:
            yield self._change("response-type-changed", where, sorted(old.types), sorted(new.types))
        if new.nullable and not old.nullable:
            yield self._change("response-nullable", where, "never null", "may be null")

    def _enums(self, old: _Plain, new: _Plain, where: str) -> Iterator[Change]:
        before, after = _enum(old.table), _enum(new.table)
        side = "request" if self._request else "response"
        if before is None or after is None:
            if self._request and after is not None and before is None:
                yield self._change("request-enum-added", where, "any value", after)
            elif not self._request and before is not None and after is None:
                yield self._change("response-enum-removed", where, before, "any value")
            return
        for value in before:
            if value not in after:
                yield self._change(f"{side}-enum-value-removed", where, value, after)
        for value in after:
            if value not in before:
                yield self._change(f"{side}-enum-value-added", where, before, value)

    def _limits(self, old: _Plain, new: _Plain, where: str) -> Iterator[Change]:
        for keyword, name in (*_LOWER.items(), *_UPPER.items()):
            before, after = old.table.get(keyword), new.table.get(keyword)
            raised = keyword in _LOWER
            if keyword in {"minLength", "minItems"}:
                # No limit says the same as nought.
                before, after = before or None, after or None
            if self._request and _tighter(before, after, lower=raised):
                verb = "raised" if raised else "lowered"
                yield self._change(f"request-{name}-{verb}", where, before, after)
            elif not self._request and _tighter(after, before, lower=raised):
                yield self._change("response-limit-loosened", where, f"{keyword} {before}", after)
        multiple = old.table.get("multipleOf"), new.table.get("multipleOf")
        if self._request and multiple[1] is not None and multiple[0] != multiple[1]:
            yield self._change("request-multiple-of-changed", where, *multiple)
        unique = old.table.get("uniqueItems"), new.table.get("uniqueItems")
        if self._request and unique[1] is True and unique[0] is not True:
            yield self._change("request-unique-items-required", where, "duplicates allowed", "duplicates refused")

    def _texts(self, old: _Plain, new: _Plain, where: str) -> Iterator[Change]:
        before, after = old.table.get("pattern"), new.table.get("pattern")
        if self._request and after is not None and before != after:
            yield self._change(f"request-pattern-{'added' if before is None else 'changed'}", where, before, after)
        elif not self._request and before is not None and before != after:
            yield self._change("response-pattern-changed", where, before, after)
        before, after = old.table.get("format"), new.table.get("format")
        if before != after and (after is not None if self._request else before is not None):
            yield self._change(f"{'request' if self._request else 'response'}-format-changed", where, before, after)
        if self._request and "default" in old.table and "default" in new.table:
            before, after = old.table["default"], new.table["default"]
            if before != after:
                yield self._change("request-default-changed", where, before, after)

    def _alternatives(self, old: _Plain, new: _Plain, where: str) -> Iterator[Change]:
        before, after = [_name(one) for one in old.alternatives], [_name(one) for one in new.alternatives]
        if not before or not after:
            return
        side = "request" if self._request else "response"
        for name in before:
            if name not in after:
                yield self._change(f"{side}-alternative-removed", where, name, after)
        for name in after:
            if name not in before:
                yield self._change(f"{side}-alternative-added", where, before, name)

    def _properties(self, before: tuple[_Plain, Schema], after: tuple[_Plain, Schema], where: str) -> Iterator[Change]:
        old, new = before[0].table, after[0].table
        olds, news = _members(old, "properties"), _members(new, "properties")
        needed_before, needed_after = _names(old), _names(new)
        for name in olds:
            if name not in news:
                yield self._removed(f"{where}/{name}", required=name in needed_before)
        for name in news:
            place = f"{where}/{name}"
            if name not in olds:
                yield self._added(place, required=name in needed_after)
                continue
            yield from self._required(place, before=name in needed_before, after=name in needed_after)
            yield from self.compare(Side(olds[name], before[1]), Side(news[name], after[1]), place)
        refused = _closed(new) and not _closed(old)
        if self._request and refused and "object" in after[0].types and (olds or news):
            yield self._change("request-extra-properties-refused", where, "ignored or kept", "refused")

    def _removed(self, where: str, *, required: bool) -> Change:
        if self._request:
            return self._change("request-property-removed", where, "there", "gone")
        name = "response-property-removed" if required else "response-optional-property-removed"
        return self._change(name, where, "there", "gone")

    def _added(self, where: str, *, required: bool) -> Change:
        if not self._request:
            return self._change("response-property-added", where, "not there", "there")
        return self._change(f"request-property-added-{'required' if required else 'optional'}", where, "", "there")

    def _required(self, where: str, *, before: bool, after: bool) -> Iterator[Change]:
        if self._request and after and not before:
            yield self._change("request-property-became-required", where, "optional", "required")
        elif self._request and before and not after:
            yield self._change("request-property-became-optional", where, "required", "optional")
        elif not self._request and before and not after:
            yield self._change("response-property-became-optional", where, "required", "optional")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _plain(side: Side) -> _Plain:
    """Follow references, merge ``allOf``, and tell null apart."""
    table, identity = _followed(side.schema, side.root)
    if is_array(table.get("allOf")):
        table = _merged(table, side.root)
    alternatives = [*_list(table.get("oneOf")), *_list(table.get("anyOf"))]
    others = [one for one in alternatives if not (is_object(one) and one.get("type") == "null")]
    nullable = len(others) < len(alternatives)
    if len(others) == 1:
        inner = _plain(Side(others[0], side.root))
        outer = {key: value for key, value in table.items() if key not in {"oneOf", "anyOf"}}
        return _Plain(
            table={**outer, **inner.table},
            types=inner.types,
            nullable=nullable or inner.nullable,
            alternatives=inner.alternatives,
            identity=inner.identity or identity,
        )
    named = table.get("type")
    types = {named} if isinstance(named, str) else {str(one) for one in _list(named)}
    nullable = nullable or "null" in types or None in _list(table.get("enum"))
    if not types and others:
        types = {kind for one in others for kind in _plain(Side(one, side.root)).types}
    allowed = frozenset(types - {"null"}) or _ALL_TYPES
    unrestricted = not table.get("type") and not others and "enum" not in table and "const" not in table
    return _Plain(
        table=table,
        types=allowed,
        nullable=nullable or unrestricted,
        alternatives=tuple(others),
        identity=identity,
    )


def _followed(schema: Any, root: Schema) -> tuple[Schema, str]:
    """Follow references to definitions; keywords beside a reference are kept."""
    beside: Schema = {}
    seen: set[str] = set()
    while is_object(schema) and isinstance(schema.get("$ref"), str) and schema["$ref"] not in seen:
        reference = schema["$ref"]
        seen.add(reference)
        beside = {**{key: value for key, value in schema.items() if key != "$ref"}, **beside}
        schema = _members(root, "$defs").get(reference.removeprefix("#/$defs/"), {}) if "/" in reference else root
    table = schema if is_object(schema) else {}
    return {**table, **beside}, next(iter(seen), "")


def _merged(table: Schema, root: Schema) -> Schema:
    """Merge the parts of ``allOf`` as far as objects go: properties and required names are united."""
    merged: Schema = {key: value for key, value in table.items() if key != "allOf"}
    for part in _list(table.get("allOf")):
        inner = _plain(Side(part, root)).table
        properties = {**_members(merged, "properties"), **_members(inner, "properties")}
        required = [*_list(merged.get("required")), *_list(inner.get("required"))]
        merged = {**inner, **merged}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
    return merged


def _list(value: Any) -> list[Any]:
    return value if is_array(value) else []


def _members(table: Schema, key: str) -> Schema:
    value = table.get(key)
    return value if is_object(value) else {}


def _names(table: Schema) -> set[str]:
    return {str(name) for name in _list(table.get("required"))}


def _closed(table: Schema) -> bool:
    """Whether unknown properties are refused; reading turns ``false`` into ``{"not": {}}``."""
    return table.get("additionalProperties") in (False, {"not": {}})


def _enum(table: Schema) -> list[Any] | None:
    if "const" in table:
        return [table["const"]]
    values = table.get("enum")
    return [value for value in values if value is not None] if is_array(values) else None


def _beyond(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The types of *one* that *other* does not allow; every integer is a number."""
    return frozenset(kind for kind in one - other if not (kind == "integer" and "number" in other))


def _tighter(before: Any, after: Any, *, lower: bool) -> bool:
    """Whether a limit leaves less room than before."""
    if not isinstance(after, int | float) or isinstance(after, bool):
        return False
    if not isinstance(before, int | float) or isinstance(before, bool):
        return True
    return after > before if lower else after < before


def _name(schema: Any) -> str:
    """Name an alternative: by its reference, its title, or its keywords."""
    if not is_object(schema):
        return json.dumps(schema)
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"]).rpartition("/")[2]
    return _shown({key: value for key, value in schema.items() if key not in {"title", "description", "examples"}})
