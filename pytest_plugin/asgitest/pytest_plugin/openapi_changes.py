"""What changed from one OpenAPI document to another, and whether clients of the old one break.

A change breaks clients if a request that was right before may now be refused, or if a response may now lack something
or hold something that was not promised. Whatever else differs is told as it is, by its place in the document.

Source: OpenAPI 3.1.1; JSON Schema 2020-12; RFC 6901.
Depends on: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Change", "changes"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_DEEPEST = 20
Direction = Literal["request", "response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference.

    Args:
        kind: ``breaking``, ``additive``, or ``other`` for descriptions and the like.
        place: The operation, or the JSON pointer.
        text: What changed.
    """

    kind: Literal["breaking", "additive", "other"]
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.text}"


def changes(old: Any, new: Any) -> list[Change]:
    """All differences from *old* to *new*, those that break clients first; none if the documents are equal."""
    if old == new:
        return []
    found = list(_Comparison(old, new).operations())
    if not found:
        found = [Change(kind="other", place=place, text=text) for place, text in _plain(old, new, "#")]
    order = ("breaking", "additive", "other")
    return sorted(dict.fromkeys(found), key=lambda change: order.index(change.kind))


class _Comparison:
    """Walks two documents side by side."""

    def __init__(self, old: Any, new: Any) -> None:
        self.old = old
        self.new = new

    def operations(self) -> Iterator[Change]:
        old, new = _operations(self.old), _operations(self.new)
        for name in [*old, *(name for name in new if name not in old)]:
            if name not in new:
                yield Change(kind="breaking", place=name, text="the operation is gone")
            elif name not in old:
                yield Change(kind="additive", place=name, text="the operation is new")
            else:
                yield from self._parameters(name, old[name], new[name])
                yield from self._body(name, old[name], new[name])
                yield from self._responses(name, old[name], new[name])

    def _parameters(self, name: str, old: Any, new: Any) -> Iterator[Change]:
        before, after = self._named(self.old, old), self._named(self.new, new)
        for key in [*before, *(key for key in after if key not in before)]:
            place = f"{name}: {key[0]} parameter {key[1]}"
            if key not in after:
                yield Change(kind="breaking", place=place, text="it is gone")
            elif key not in before:
                required = bool(after[key].get("required"))
                text = "it is new and required" if required else "it is new"
                yield Change(kind="breaking" if required else "additive", place=place, text=text)
            else:
                if after[key].get("required") and not before[key].get("required"):
                    yield Change(kind="breaking", place=place, text="it is required now")
                yield from self._schema(place, before[key].get("schema"), after[key].get("schema"), way="request")

    def _named(self, document: Any, operation: Any) -> dict[tuple[str, str], Any]:
        parameters = (_resolved(document, parameter) for parameter in operation.get("parameters", []))
        return {(parameter.get("in", "?"), parameter.get("name", "?")): parameter for parameter in parameters}

    def _body(self, name: str, old: Any, new: Any) -> Iterator[Change]:
        before, after = _resolved(self.old, old.get("requestBody")), _resolved(self.new, new.get("requestBody"))
        place = f"{name}: request body"
        if after.get("required") and not before.get("required"):
            yield Change(kind="breaking", place=place, text="it is required now")
        yield from self._content(place, before, after, way="request")

    def _responses(self, name: str, old: Any, new: Any) -> Iterator[Change]:
        before, after = old.get("responses", {}), new.get("responses", {})
        for status in [*before, *(status for status in after if status not in before)]:
            place = f"{name}: response {status}"
            if status not in after:
                yield Change(kind="breaking", place=place, text="it is gone")
            elif status not in before:
                yield Change(kind="additive", place=place, text="it is new")
            else:
                one, other = _resolved(self.old, before[status]), _resolved(self.new, after[status])
                yield from self._content(place, one, other, way="response")

    def _content(self, place: str, old: Any, new: Any, *, way: Direction) -> Iterator[Change]:
        before, after = old.get("content", {}), new.get("content", {})
        for media in [*before, *(media for media in after if media not in before)]:
            if media not in after:
                yield Change(kind="breaking", place=place, text=f"{media} is gone")
            elif media not in before:
                yield Change(kind="additive", place=place, text=f"{media} is new")
            else:
                yield from self._schema(place, before[media].get("schema"), after[media].get("schema"), way=way)

    def _schema(
        self, place: str, old: Any, new: Any, *, way: Direction, seen: set[tuple[int, int]] | None = None
    ) -> Iterator[Change]:
        """Compare two schemas; *seen* are pairs compared above, so that one that refers to itself comes to an end."""
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        seen = set[tuple[int, int]]() if seen is None else seen
        if (id(old), id(new)) in seen:
            return
        seen.add((id(old), id(new)))
        for keyword in ("type", "format", "anyOf", "oneOf", "allOf", "const", "pattern"):
            if old.get(keyword) != new.get(keyword):
                text = f"{keyword} was {old.get(keyword)!r}, is {new.get(keyword)!r}"
                yield Change(kind="breaking", place=place, text=text)
        yield from self._choices(place, old.get("enum"), new.get("enum"), way=way)
        for here, one, other in _pairs(place, old, new):
            yield from self._schema(here, one, other, way=way, seen=seen)
        yield from _properties(place, old, new, way=way)

    def _choices(self, place: str, old: Any, new: Any, *, way: Direction) -> Iterator[Change]:
        if old is None or new is None:
            return
        gone, added = [value for value in old if value not in new], [value for value in new if value not in old]
        if gone:
            kind: Any = "breaking" if way == "request" else "additive"
            yield Change(kind=kind, place=place, text=f"the values {gone!r} are gone")
        if added:
            kind = "breaking" if way == "response" else "additive"
            yield Change(kind=kind, place=place, text=f"the values {added!r} are new")


def _pairs(place: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """The schemas below two schemas that belong together, each pair with its place."""
    for name, schema in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield f"{place}.{name}", schema, new["properties"][name]
    if "items" in old and "items" in new:
        yield f"{place}[]", old["items"], new["items"]


def _properties(place: str, old: Any, new: Any, *, way: Direction) -> Iterator[Change]:
    """Which properties came, went, and became required or optional."""
    before, after = old.get("properties", {}), new.get("properties", {})
    needed_before, needed = old.get("required", []), new.get("required", [])
    for name in [*before, *(name for name in after if name not in before)]:
        here = f"{place}.{name}"
        if name not in after:
            yield Change(kind="breaking" if way == "response" else "additive", place=here, text="it is gone")
        elif name not in before:
            required = way == "request" and name in needed
            text = "it is new and required" if required else "it is new"
            yield Change(kind="breaking" if required else "additive", place=here, text=text)
        elif way == "request" and name in needed and name not in needed_before:
            yield Change(kind="breaking", place=here, text="it is required now")
        elif way == "response" and name in needed_before and name not in needed:
            yield Change(kind="breaking", place=here, text="it is not promised any more")


def _operations(document: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": {**operation, "parameters": _parameters(item, operation)}
        for path, item in document.get("paths", {}).items()
        for method, operation in item.items()
        if method in _METHODS
    }


def _parameters(item: Any, operation: Any) -> list[Any]:
    """The parameters of an operation with those of its path."""
    return [*item.get("parameters", []), *operation.get("parameters", [])]


def _resolved(document: Any, value: Any) -> Any:
    """Follow references inside the document; an empty object for what is not there."""
    for _ in range(_DEEPEST):
        if not _are_objects(value):
            return {}
        reference = str(value.get("$ref", ""))
        if not reference.startswith("#/"):
            return value
        value = document
        for part in reference[2:].split("/"):
            value = value.get(part.replace("~1", "/").replace("~0", "~"), {}) if _are_objects(value) else {}
    return {}


def _plain(old: Any, new: Any, place: str) -> Iterator[tuple[str, str]]:
    """The places where two JSON values differ."""
    if not _are_objects(old, new):
        yield place, f"was {old!r:.60}, is {new!r:.60}"
        return
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            pointer = f"{place}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from _plain(old.get(key), new.get(key), pointer)


def _are_objects(*values: Any) -> bool:
    return all(isinstance(value, dict) for value in values)
