"""The things an app keeps, inferred from its paths, and the sequences that are played over them.

A resource is a collection that takes POST, and the same path with one parameter more. What a creation answers gives
the identifier: by its name, or by ``Location``.

Depends on: operations, checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation
from asgitest.conformance.checks.sequences import json_of
from asgitest.conformance.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["Play", "Resource", "SequenceStep", "identifier_of", "infer_resources"]

_NAMES = ("id", "uuid", "key", "slug", "name", "code")
_UNKNOWN = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """A kind of thing the app keeps.

    Args:
        path: Template of one of them.
        parameter: The name of the last parameter of it.
        create: POST on the collection.
        listing: GET on the collection, if there is one.
        on_one: Operations on one of them, by method.
        actions: Operations below one of them.
    """

    path: str
    parameter: str
    create: Operation
    listing: Operation | None = None
    on_one: dict[str, Operation] = field(default_factory=dict[str, "Operation"])
    actions: tuple[Operation, ...] = ()

    @property
    def label(self) -> str:
        """``STATE /path/{template}``."""
        return f"STATE {self.path}"

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All of them."""
        listed = (self.listing,) if self.listing is not None else ()
        return (self.create, *listed, *self.on_one.values(), *self.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One request of a sequence; the identifier is put in when it is known.

    Args:
        role: Which part it plays.
        request: With a mark in place of the identifier.
        subject: Label of the operation.
        expectation: What is known about it.
    """

    role: Role
    request: Request
    subject: str
    expectation: Expectation = _UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A sequence that can be played again. Can be pickled.

    Args:
        resource: Label of the resource.
        parameter: Name of the parameter the identifier is for.
        steps: In order.
    """

    resource: str
    parameter: str
    steps: tuple[SequenceStep, ...]


def infer_resources(operations: Iterable[Operation]) -> Iterator[Resource]:
    """Find resources by their paths."""
    table: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        table.setdefault(operation.path, {})[operation.method] = operation
    for path, methods in table.items():
        match = re.fullmatch(r"(.*?)/?\{([^{}:]+)\}/?", path)
        if match is None or "{" in match[1] or not {"GET", "DELETE", "PUT", "PATCH"} & set(methods):
            continue
        collection = table.get(match[1]) or table.get(match[1] + "/") or {}
        create = collection.get("POST")
        if create is None:
            continue
        actions = tuple(
            operation
            for other, others in table.items()
            if other.startswith(path.rstrip("/") + "/") and other.count("{") == 1
            for operation in others.values()
        )
        yield Resource(
            path=path,
            parameter=match[2],
            create=create,
            listing=collection.get("GET"),
            on_one={method: methods[method] for method in ("GET", "PUT", "PATCH", "DELETE") if method in methods},
            actions=actions[:4],
        )


def identifier_of(exchange: Exchange, parameter: str) -> str | None:
    """Find the identifier in the answer to a creation: by the parameter's name, by usual names, by ``Location``."""
    value = json_of(exchange)
    if is_object(value):
        for holder in (value, *(item for item in value.values() if is_object(item))):
            found = _named_identifier(holder, _folded(parameter))
            if found is not None:
                return found
    elif _is_identifier(value):
        return str(value)
    location = exchange.response.header(b"location") if exchange.response is not None else None
    if location:
        return location.decode("latin-1").rstrip("/").rpartition("/")[2] or None
    return None


def _named_identifier(holder: dict[str, Any], wanted: str) -> str | None:
    """Find an identifier in one object: under the parameter's name, then under a usual one."""
    for name, item in holder.items():
        if _folded(name) == wanted and _is_identifier(item):
            return str(item)
    for name in _NAMES:
        if (wanted.endswith(name) or name in {"id", "uuid"}) and _is_identifier(holder.get(name)):
            return str(holder[name])
    return None


def _folded(name: str) -> str:
    """A name without what distinguishes spellings."""
    return name.lower().replace("_", "").replace("-", "")


def _is_identifier(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""
