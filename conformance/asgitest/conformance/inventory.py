"""Everything an app has: operations, WebSocket routes, mounts, security schemes, documents, and their problems.

The routing table and the documents are laid side by side. A mounted app with a document of its own is in the inventory
under its root path; a route that is in no document is an operation all the same, marked as undocumented.

Depends on: target, document, reading.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters import find_adapter
from asgitest.conformance.document import generated_document, named_document, served_document
from asgitest.conformance.operation import (
    Body,
    Callback,
    Handler,
    Operation,
    Parameter,
    Problem,
    Response,
    SecurityScheme,
)
from asgitest.conformance.reading import DocumentReader, names_in
from asgitest.conformance.undescribed import guessed_operations, with_reads
from asgitest.testclient.routes import unwrap_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgitest.conformance.document import Document
    from asgitest.conformance.target import Target
    from asgitest.testclient.routes import Route

__all__ = ["Body", "Inventory", "Mount", "Operation", "Parameter", "Response", "WebSocketRoute", "build_inventory"]

# What the converters of Starlette and Litestar take.
_CONVERTERS: Mapping[str, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
_CONVERTED = re.compile(r"\{([^{}:]+):([^{}]*)\}")
_ANY_METHOD = ("GET", "POST")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WebSocketRoute:
    """A WebSocket route.

    Args:
        path: Full template, without converters.
        parameters: Those of the path, and query, header and cookie parameters FastAPI knows of.
        root_path: Template of the mounts above.
        handler: Where its code stands.
    """

    path: str
    parameters: tuple[Parameter, ...] = ()
    root_path: str = ""
    handler: Handler | None = None

    @property
    def label(self) -> str:
        """``WS /path/{template}``."""
        return f"WS {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mount:
    """A mounted app.

    Args:
        path: Full template.
        kind: Class of the app, such as ``FastAPI`` or ``StaticFiles``.
        documented: Whether it has a document of its own.
        routes: How many routes it has.
    """

    path: str
    kind: str
    documented: bool = False
    routes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inventory:
    """What an app has.

    Args:
        operations: All documented operations; those of the routing table when there is no document.
        undocumented: Operations of routes that are in no document, although there is one.
        websockets: WebSocket routes.
        mounts: Mounted apps.
        webhooks: Requests the app sends on its own account.
        security_schemes: By name; the first of a name wins.
        documents: The app's own first, those of mounted apps after it.
        problems: What is wrong with the documents.
    """

    operations: tuple[Operation, ...] = ()
    undocumented: tuple[Operation, ...] = ()
    websockets: tuple[WebSocketRoute, ...] = ()
    mounts: tuple[Mount, ...] = ()
    webhooks: tuple[Callback, ...] = ()
    security_schemes: Mapping[str, SecurityScheme] = field(default_factory=dict[str, SecurityScheme])
    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()

    def operation(self, label: str) -> Operation | None:
        """The operation with that label."""
        return next((one for one in (*self.operations, *self.undocumented) if one.label == label), None)


def build_inventory(target: Target, *, schema: str = "auto", allow_remote_refs: bool = False) -> Inventory:
    """Collect what an app has.

    Args:
        target: The app.
        schema: ``auto``, ``none``, a path the app serves, or a file.
        allow_remote_refs: Whether references to other addresses are fetched.

    Raises:
        TargetError: If the schema the user named cannot be had.
    """
    routes = target.adapter.routes(target.app)
    documents = _documents(target, schema, routes)
    operations: list[Operation] = []
    webhooks: list[Callback] = []
    schemes: dict[str, SecurityScheme] = {}
    problems: list[Problem] = []
    for document in documents:
        references = document.references(allow_remote=allow_remote_refs)
        reader = DocumentReader(document, references)
        operations.extend(_located(reader.operations(), routes, document))
        webhooks.extend(reader.webhooks())
        for scheme in reader.security_schemes():
            schemes.setdefault(scheme.name, scheme)
        problems.extend((*document.problems, *references.problems))
    usable = any(document.raw for document in documents)
    others = tuple(_undocumented(operations, routes, documents))
    if not documents and not routes and target.adapter.name == "generic":
        others = tuple(guessed_operations(target.source))
    return Inventory(
        operations=tuple(operations) if usable else others,
        undocumented=others if usable else (),
        websockets=tuple(_websocket(route) for route in routes if route.kind == "websocket"),
        mounts=tuple(_mount(route, routes, documents) for route in routes if route.kind == "mount"),
        webhooks=tuple(webhooks),
        security_schemes=schemes,
        documents=documents,
        problems=tuple(problems),
    )


def _documents(target: Target, schema: str, routes: Iterable[Route]) -> tuple[Document, ...]:
    """The document of the app and those of mounted apps."""
    if schema == "none":
        return ()
    if schema == "auto":
        own = generated_document(target.adapter, target.app) or served_document(target.app)
    else:
        own = named_document(target.app, schema, folder=target.app_dir if target.spec else Path())
    documents = [own] if own is not None else []
    for route in routes:
        if route.kind != "mount" or not callable(route.mounted):
            continue
        mounted = generated_document(find_adapter(route.mounted), route.mounted, root_path=route.path)
        if mounted is not None and _describes_something(mounted):
            documents.append(mounted)
    return tuple(documents)


def _describes_something(document: Document) -> bool:
    """Whether a document has a path, or a problem that should have been one."""
    return bool(document.raw.get("paths") or document.problems)


def _located(operations: Iterable[Operation], routes: Iterable[Route], document: Document) -> Iterator[Operation]:
    """Give each operation the handler of its route; put the path of the server first where only that is a route."""
    table = {(method, _shape(route.template)): route for route in routes for method in route.methods if route.endpoint}
    for operation in operations:
        for prefix in ("", *_server_prefixes(operation)):
            path = document.root_path + prefix + operation.document_path
            route = table.get((operation.method, _shape(path)))
            if route is not None:
                yield replace(operation, path=path, handler=_handler(route))
                break
        else:
            yield operation


def _server_prefixes(operation: Operation) -> Iterator[str]:
    """The paths of the servers of an operation."""
    for url in operation.servers:
        prefix = urllib.parse.urlsplit(url).path.rstrip("/")
        if prefix and "{" not in prefix:
            yield prefix


def _undocumented(
    operations: Iterable[Operation], routes: Iterable[Route], documents: Iterable[Document]
) -> Iterator[Operation]:
    """Operations of routes that are in no document; what serves schema and docs pages is left out."""
    known = {(operation.method, _shape(operation.path)) for operation in operations}
    pages = {document.root_path + document.place for document in documents if document.place is not None}
    for route in routes:
        if route.kind != "http" or route.path in pages or _is_page_of_framework(route):
            continue
        for method in route.methods or _ANY_METHOD:
            implied = method == "OPTIONS" or (method == "HEAD" and "GET" in route.methods)
            if not implied and (method, _shape(route.template)) not in known:
                yield with_reads(_operation_of(route, method))


def _is_page_of_framework(route: Route) -> bool:
    """Whether a framework added the route itself, for the schema and its pages."""
    module = str(getattr(route.endpoint, "__module__", ""))
    return not route.include_in_schema and module.startswith(("fastapi.", "litestar.", "quart.", "starlette."))


def _operation_of(route: Route, method: str) -> Operation:
    """The operation of a route without a document."""
    return Operation(
        method=method,
        path=route.template,
        operation_id=route.operation_id,
        parameters=_path_parameters(route.path),
        root_path=route.root_path,
        handler=_handler(route),
        documented=False,
        hidden=not route.include_in_schema,
    )


def _path_parameters(path: str) -> tuple[Parameter, ...]:
    """The parameters of a template, with what its converters take."""
    converters = dict(_CONVERTED.findall(path))
    return tuple(
        Parameter(
            name=name,
            location="path",
            required=True,
            schema=dict(_CONVERTERS.get(converters.get(name, ""), {"type": "string", "minLength": 1})),
            documented=False,
        )
        for name in names_in(path)
    )


def _websocket(route: Route) -> WebSocketRoute:
    """Read a WebSocket route."""
    return WebSocketRoute(
        path=route.template,
        parameters=(*_path_parameters(route.path), *_declared_parameters(route)),
        root_path=route.root_path,
        handler=_handler(route),
    )


def _declared_parameters(route: Route) -> Iterator[Parameter]:
    """Query, header and cookie parameters of a route of FastAPI, its dependencies included."""
    waiting = [route.dependant] if route.dependant is not None else []
    while waiting:
        dependant = waiting.pop()
        waiting.extend(getattr(dependant, "dependencies", ()))
        for location in ("query", "header", "cookie"):
            for one in getattr(dependant, f"{location}_params", ()):
                info = getattr(one, "field_info", None)
                yield Parameter(
                    name=str(getattr(one, "alias", one.name)),
                    location=location,
                    required=bool(info.is_required()) if info is not None else False,
                    schema={},
                    documented=False,
                )


def _mount(route: Route, routes: Iterable[Route], documents: Iterable[Document]) -> Mount:
    """Read a mount."""
    return Mount(
        path=route.path,
        kind=type(unwrap_app(route.mounted)).__name__,
        documented=any(document.root_path == route.path for document in documents),
        routes=sum(1 for other in routes if other.root_path == route.path),
    )


def _handler(route: Route) -> Handler | None:
    """Where the endpoint of a route stands."""
    return Handler(file=route.source[0], line=route.source[1], qualname=route.qualname) if route.source else None


def _shape(template: str) -> str:
    """A template without the names of its parameters."""
    return re.sub(r"\{[^{}]*\}", "{}", template)
