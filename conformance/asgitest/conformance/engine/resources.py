"""The things an app keeps, inferred from its paths.

A resource is a path that ends with a parameter, and a way to create what it stands for: POST on the collection before
it, or PUT on the path itself, with a name that the client chooses. Collections may be below other resources, and bodies
may refer to other resources by name (``project_id``).

Depends on: operations, identifiers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.identifiers import folded
from asgitest.conformance.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgitest.conformance.operation import Operation

__all__ = ["Resource", "infer_resources", "reference_names", "referred", "refers"]

_MOST_ACTIONS = 6
_ON_ONE = ("GET", "PUT", "PATCH", "DELETE")
_REFERENCE = re.compile(r"(.+?)_?(?:id|uuid|number|slug|key|code)s?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """A kind of thing the app keeps.

    Args:
        path: Template of one of them.
        parameter: The name of the last parameter of it.
        create: POST on the collection, or PUT on the path.
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
    def named(self) -> bool:
        """Whether the client chooses the identifier."""
        return self.create.method == "PUT"

    @property
    def collection(self) -> str:
        """The path before the parameter."""
        return self.path.rpartition("{")[0].rstrip("/")

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All of them."""
        listed = (self.listing,) if self.listing is not None else ()
        return (self.create, *listed, *self.on_one.values(), *self.actions)


def infer_resources(operations: Iterable[Operation]) -> Iterator[Resource]:
    """Find resources by their paths."""
    table: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        table.setdefault(operation.path, {})[operation.method] = operation
    for path, methods in table.items():
        match = re.fullmatch(r"(.*?)/?\{([^{}:]+)(?::[^{}]*)?\}/?", path)
        if match is None or not set(_ON_ONE) & set(methods):
            continue
        collection = table.get(match[1]) or table.get(match[1] + "/") or {}
        create = collection.get("POST") or (methods.get("PUT") if {"GET", "DELETE"} & set(methods) else None)
        if create is None:
            continue
        actions = tuple(
            operation
            for other, others in table.items()
            if other.startswith(path.rstrip("/") + "/") and other.count("{") == path.count("{")
            for operation in others.values()
        )
        yield Resource(
            path=path,
            parameter=match[2],
            create=create,
            listing=collection.get("GET"),
            on_one={method: methods[method] for method in _ON_ONE if method in methods},
            actions=actions[:_MOST_ACTIONS],
        )


def referred(resources: Mapping[str, Resource], name: str) -> Resource | None:
    """Find the resource a property or a parameter refers to by its name: ``project_id`` those of ``/projects``.

    Args:
        resources: By label.
        name: As documented.
    """
    match = _REFERENCE.fullmatch(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    wanted = _singular(match[1] if match is not None else name)
    if len(wanted) < 2:  # noqa: PLR2004  a letter says nothing
        return None
    for resource in resources.values():
        last = resource.collection.rpartition("/")[2]
        if last and "{" not in last and _singular(last) == wanted:
            return resource
    return None


def _singular(name: str) -> str:
    """A name without what distinguishes one from several, and spellings."""
    plain = folded(name)
    if plain.endswith("ies"):
        return plain[:-3] + "y"
    return plain.removesuffix("s").removesuffix("e")


def refers(name: str) -> bool:
    """Whether a property holds an identifier, by its name."""
    return folded(name).endswith(("id", "uuid", "number", "slug", "key", "code"))


def reference_names(schema: dict[str, Any]) -> list[str]:
    """The properties of a body that hold identifiers, those of its parts included."""
    parts = [schema, *schema.get("$defs", {}).values()]
    return [
        name
        for part in parts
        if is_object(part)
        for name in part.get("properties", {})
        if isinstance(name, str) and refers(name)
    ]
