"""``asgitest routes``: what an app has, and so what would be tested.

Depends on: target, inventory, selection.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.commands.given import given_options
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.output import say
from asgitest.conformance.reports.text import one_line, plural
from asgitest.conformance.selection import Selection
from asgitest.conformance.target import resolve_target

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from asgitest.conformance.inventory import Inventory, WebSocketRoute
    from asgitest.conformance.operation import Handler, Operation
    from asgitest.conformance.target import Target

__all__ = ["routes_document", "routes_lines", "run"]

_WIDEST = 60


def run(arguments: argparse.Namespace) -> int:
    """Print the inventory."""
    options = given_options(arguments)
    target = resolve_target(options.target, factory=options.factory, app_dir=options.app_dir)
    inventory = build_inventory(target, schema=options.schema, allow_remote_refs=options.allow_remote_refs)
    selection = Selection(options=options)
    if arguments.json:
        say(json.dumps(routes_document(target, inventory, selection), indent=2))
    else:
        say(*routes_lines(target, inventory, selection))
    return 0


def _operations(inventory: Inventory, selection: Selection) -> list[Operation]:
    """The operations that would be tested, documented or not, by path."""
    chosen = [
        operation
        for operation in (*inventory.operations, *inventory.undocumented)
        if selection.subject(operation.label, tags=operation.tags, operation_id=operation.operation_id or "")
    ]
    return sorted(chosen, key=lambda operation: operation.path)


def _sockets(inventory: Inventory, selection: Selection) -> list[WebSocketRoute]:
    return [route for route in inventory.websockets if selection.subject(route.label)]


def routes_document(target: Target, inventory: Inventory, selection: Selection) -> dict[str, Any]:
    """Write the inventory as JSON values."""
    return {
        "target": target.label,
        "framework": target.adapter.name,
        "operations": [_operation(operation) for operation in _operations(inventory, selection)],
        "websockets": [
            {"path": route.path, "handler": _place(route.handler), "mount": route.root_path}
            for route in _sockets(inventory, selection)
        ],
        "mounts": [
            {"path": mount.path, "kind": mount.kind, "documented": mount.documented, "routes": mount.routes}
            for mount in inventory.mounts
        ],
        "webhooks": [{"name": webhook.name, "method": webhook.method} for webhook in inventory.webhooks],
        "security_schemes": {
            name: {"type": scheme.type, "scopes": list(scheme.scopes)}
            for name, scheme in inventory.security_schemes.items()
        },
        "documents": [
            {"origin": document.origin, "place": document.place, "mount": document.root_path}
            for document in inventory.documents
        ],
        "problems": [
            {"check": problem.check, "pointer": problem.pointer, "message": problem.message}
            for problem in inventory.problems
        ],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "method": operation.method,
        "path": operation.path,
        "operation_id": operation.operation_id,
        "tags": list(operation.tags),
        "parameters": [f"{parameter.location}.{parameter.name}" for parameter in operation.parameters],
        "bodies": [body.media_type for body in operation.bodies],
        "statuses": list(operation.responses),
        "security": sorted({name for alternative in operation.security for name in alternative}),
        "documented": operation.documented,
        "deprecated": operation.deprecated,
        "handler": _place(operation.handler),
        "mount": operation.root_path,
    }


def routes_lines(target: Target, inventory: Inventory, selection: Selection) -> Iterator[str]:
    """Write the inventory as a table for people."""
    operations, sockets = _operations(inventory, selection), _sockets(inventory, selection)
    yield f"{target.label} ({target.adapter.name})"
    rows = [(one.method, one.path, _remarks(one), one.handler) for one in operations]
    rows += [("WS", route.path, "", route.handler) for route in sockets]
    yield from _table(rows)
    if inventory.mounts:
        yield ""
        for mount in inventory.mounts:
            what = "with a schema of its own" if mount.documented else "in no schema"
            yield f"mount    {one_line(mount.path)}  {mount.kind}, {plural(mount.routes, 'route')}, {what}"
    for webhook in inventory.webhooks:
        yield f"webhook  {one_line(webhook.name)}  {webhook.method}"
    for name, scheme in inventory.security_schemes.items():
        scopes = f", scopes {', '.join(scheme.scopes)}" if scheme.scopes else ""
        yield f"security {one_line(name)}  {scheme.type}{one_line(scopes)}"
    for problem in inventory.problems:
        yield f"problem  {problem.pointer}: {one_line(problem.message)}"
    yield ""
    yield _total(inventory, len(operations), len(sockets))


def _table(rows: Sequence[tuple[str, str, str, Handler | None]]) -> Iterator[str]:
    width = min(_WIDEST, max((len(path) for _, path, _, _ in rows), default=0))
    places = [_place(handler) or "" for _, _, _, handler in rows]
    widest = max(map(len, places), default=0)
    for (method, path, remarks, handler), place in zip(rows, places, strict=True):
        name = handler.qualname if handler else ""
        line = f"  {method:<8}{one_line(path):<{width}}  {place:<{widest}}  {name}"
        yield f"{line}  ({remarks})" if remarks else line.rstrip()


def _remarks(operation: Operation) -> str:
    """Say what is unusual about an operation."""
    remarks: list[str] = []
    schemes = sorted({name for alternative in operation.security for name in alternative})
    if schemes:
        remarks.append(f"needs {' or '.join(one_line(name) for name in schemes)}")
    if operation.deprecated:
        remarks.append("deprecated")
    if operation.hidden:
        remarks.append("left out of the schema")
    elif not operation.documented:
        remarks.append("in no schema")
    if operation.callbacks:
        remarks.append(plural(len(operation.callbacks), "callback"))
    return ", ".join(remarks)


def _place(handler: Handler | None) -> str | None:
    """Write where a handler stands, relative to the working directory where that is possible."""
    if handler is None:
        return None
    path = Path(handler.file)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{shown}:{handler.line}"


def _total(inventory: Inventory, operations: int, sockets: int) -> str:
    documented = sum(bool(document.raw) for document in inventory.documents)
    parts = [plural(operations, "operation"), plural(sockets, "WebSocket route"), plural(documented, "schema")]
    return f"{', '.join(parts)}; asgitest check tests all of them"
