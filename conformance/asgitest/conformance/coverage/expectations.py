"""What an app promises, as goals: from its routing table and its documents.

Depends on: the inventory, goals, matching, parameters.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters import find_adapter
from asgitest.conformance.coverage.goals import Coverage, Goal
from asgitest.conformance.coverage.matching import is_opaque
from asgitest.conformance.coverage.parameters import detail_of, expected_uses
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.target import target_of
from asgitest.testclient.routes import source_of, unwrap_app

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from asgitest.conformance.coverage.matching import RoutingTable
    from asgitest.conformance.operation import Operation
    from asgitest.testclient.routes import Route

__all__ = ["Expectations", "build_expectations", "name_of_call", "subject_of"]

_IMPLIED = frozenset({"HEAD", "OPTIONS"})


class Expectations:
    """What an app promises.

    Args:
        coverage: Its goals, none of them reached.
        operations: What is documented of each operation, by subject.
    """

    def __init__(self, coverage: Coverage, operations: dict[str, Operation]) -> None:
        self.coverage = coverage
        self.operations = operations


def build_expectations(app: Any, table: RoutingTable) -> Expectations:
    """Read what *app* promises.

    Args:
        app: The app.
        table: Its routes.
    """
    coverage = Coverage()
    with _uncached_documents(app, table):
        described = find_adapter(app).document(app) is not None
        inventory = build_inventory(target_of(app), schema="auto" if described else "none")
    operations = {one.label: one for one in (*inventory.operations, *inventory.undocumented)}
    for subject, operation in operations.items():
        coverage.expect(Goal("operations", subject))
        if operation.handler is not None:
            coverage.sources[subject] = _place(operation.handler.file, operation.handler.line)
        for goal in _goals_of(subject, operation):
            coverage.expect(goal)
    for route in table.routes:
        for goal in _goals_of_route(route):
            coverage.expect(goal)
        if route.kind == "websocket" and route.source is not None:
            coverage.sources[f"WS {route.template}"] = _place(*route.source)
        for call in _dependencies_of(route):
            coverage.expect(Goal("dependencies", name_of_call(call), "run"))
            source = source_of(call)
            if source is not None:
                coverage.sources.setdefault(name_of_call(call), _place(*source))
    return Expectations(coverage, operations)


def subject_of(route: Route, method: str) -> str:
    """How goals call a route: ``GET /items/{id}``; HEAD belongs to the GET that implies it."""
    if route.kind == "websocket":
        return f"WS {route.template}"
    if route.kind == "mount":
        return f"MOUNT {route.path}"
    if method in _IMPLIED and "GET" in route.methods:
        method = "GET"
    return f"{method} {route.template}"


def _dependencies_of(route: Route) -> Iterator[Any]:
    """The callables that FastAPI calls for a route, those of dependencies included."""
    waiting = list(getattr(route.dependant, "dependencies", ()))
    while waiting:
        dependant = waiting.pop(0)
        if dependant.call is not None:
            yield dependant.call
        waiting.extend(dependant.dependencies)


def name_of_call(call: Any) -> str:
    """``module:qualname`` of a function, or of the class of an object that is called."""
    named: Any = call
    if not hasattr(call, "__qualname__"):
        named = call.__class__
    return f"{named.__module__}:{named.__qualname__}"


def _goals_of(subject: str, operation: Operation) -> Iterator[Goal]:
    """What the document says of one operation."""
    for status, response in operation.responses.items():
        yield Goal("statuses", subject, status)
        for media_type in response.content:
            yield Goal("media-types", subject, f"{status} {media_type.lower()}")
    for body in operation.bodies:
        yield Goal("request-media-types", subject, body.media_type.lower())
    if any(body.media_type.endswith("json") for body in operation.bodies):
        yield from (Goal("parameters", subject, detail_of("body", "json", use)) for use in ("valid", "invalid"))
    for parameter in operation.parameters:
        if parameter.location == "querystring":
            continue
        for use in expected_uses(parameter):
            yield Goal("parameters", subject, detail_of(parameter.location, parameter.name, use))


def _goals_of_route(route: Route) -> Iterator[Goal]:
    """What a route promises beside the document."""
    if route.kind == "websocket":
        yield Goal("websockets", subject_of(route, ""), "accepted")
    elif is_opaque(route):
        yield Goal("operations", subject_of(route, ""))


@contextlib.contextmanager
def _uncached_documents(app: Any, table: RoutingTable) -> Generator[None]:
    """Let FastAPI write its documents anew, and leave the app as it was: a document it keeps would lack late routes."""
    owners = {id(owner): owner for owner in (unwrap_app(app), *(route.app for route in table.routes))}
    own = [(owner, getattr(owner, "__dict__", {})) for owner in owners.values()]
    kept = [(owner, own["openapi_schema"]) for owner, own in own if "openapi_schema" in own and "openapi" not in own]
    for owner, _ in kept:
        owner.openapi_schema = None
    try:
        yield
    finally:
        for owner, document in kept:
            owner.openapi_schema = document


def _place(file: str, line: int) -> str:
    """``file:line``, relative to the working directory where that is shorter."""
    path = Path(file)
    with contextlib.suppress(ValueError):
        path = path.relative_to(Path.cwd())
    return f"{os.fspath(path)}:{line}"
