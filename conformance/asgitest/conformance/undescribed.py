"""Operations of apps that have no schema: what can be sent is what their source reads.

Depends on: operations, the white box.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.operation import Body, Handler, Operation, Parameter
from asgitest.conformance.whitebox.reads import paths_in, reads_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.operation import ParameterLocation

__all__ = ["guessed_operations", "with_reads"]

_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_OF_THE_SERVER = frozenset({"host", "content-length", "content-type", "connection", "cookie", "transfer-encoding"})
_MOST_NAMES = 20
_PLACES: tuple[tuple[ParameterLocation, str], ...] = (("query", "form"), ("header", "simple"), ("cookie", "form"))


def with_reads(operation: Operation) -> Operation:
    """Add to an undocumented operation what its handler reads."""
    handler = operation.handler
    if handler is None or operation.documented:
        return operation
    names = reads_of(handler.file, handler.line).names
    parameters = [
        Parameter(
            name=name, location=place, schema={"type": "string"}, style=style, explode=style == "form", documented=False
        )
        for place, style in _PLACES
        for name in names.get(place, [])[:_MOST_NAMES]
        if not (place == "header" and name.lower() in _OF_THE_SERVER)
    ]
    bodies = () if operation.method in _BODILESS else tuple(_bodies(names))
    return replace(operation, parameters=(*operation.parameters, *parameters), bodies=bodies)


def _bodies(names: dict[str, list[str]]) -> Iterator[Body]:
    for place, media_type in (("json", "application/json"), ("form", "application/x-www-form-urlencoded")):
        if place in names:
            kind: dict[str, Any] = {} if place == "json" else {"type": "string"}
            properties = dict.fromkeys(names[place][:_MOST_NAMES], kind)
            yield Body(media_type=media_type, schema={"type": "object", "properties": properties}, required=True)
    if not {"json", "form"} & names.keys():
        yield Body(media_type="application/octet-stream", schema={"type": "string", "format": "binary"})


def guessed_operations(source: tuple[str, int] | None) -> Iterator[Operation]:
    """List what an app without routes may serve; ``GET /`` in any case.

    Args:
        source: Where the app stands.
    """
    known: set[tuple[str, str]] = set()
    for method, path, line in (*(paths_in(source[0]) if source is not None else ()), ("GET", "/", 0)):
        if (method, path) in known:
            continue
        known.add((method, path))
        rest = Parameter(
            name="rest", location="path", required=True, schema={"type": "string", "minLength": 1}, documented=False
        )
        yield with_reads(
            Operation(
                method=method,
                path=path,
                parameters=(rest,) if "{rest}" in path else (),
                handler=Handler(file=source[0], line=line) if source is not None and line else None,
                documented=False,
                hidden=True,
            )
        )
