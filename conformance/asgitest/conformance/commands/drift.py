"""``asgitest snapshot`` and ``asgitest diff``: a schema kept, and two schemas compared.

Exit codes of ``diff`` are those of ``check``: 1 when a change is as severe as ``--fail-on``.

Depends on: document, inventory, drift, the outcome.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.commands.given import given_options
from asgitest.conformance.document import named_document
from asgitest.conformance.drift import Contract, compare_contracts, contract_of
from asgitest.conformance.drift.reporting import finding_of_change
from asgitest.conformance.errors import TargetError, UsageError
from asgitest.conformance.files import write_atomically
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.model import Run
from asgitest.conformance.outcome import finish, parse_outputs
from asgitest.conformance.output import say, write
from asgitest.conformance.reports.text import plural
from asgitest.conformance.selection import Selection
from asgitest.conformance.target import resolve_target

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from asgitest.conformance.operation import Handler, Operation
    from asgitest.conformance.options import RunOptions

__all__ = ["run"]

_SUFFIXES = (".json", ".yaml", ".yml")


def run(arguments: argparse.Namespace) -> int:
    """Keep a schema, or compare two."""
    return _snapshot(arguments) if arguments.command == "snapshot" else _diff(arguments)


def _snapshot(arguments: argparse.Namespace) -> int:
    """Write the schema of an app to a file that reads well in review: keys in order, one a line."""
    options = given_options(arguments)
    target = resolve_target(options.target, factory=options.factory, app_dir=options.app_dir)
    inventory = build_inventory(target, schema=options.schema, allow_remote_refs=options.allow_remote_refs)
    documents = [document for document in inventory.documents if document.raw]
    if not documents:
        raise TargetError(f"{target.label} has no schema that could be kept.")
    kept: dict[str, Any] = dict(documents[0].raw)
    mounted = {document.root_path: document.raw for document in documents[1:] if document.root_path}
    if mounted:
        kept["x-asgitest-mounts"] = mounted
    text = json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if arguments.output == "-":
        write(text)
        return 0
    write_atomically(Path(arguments.output), text)
    operations = sum(operation.documented for operation in inventory.operations)
    say(f"{arguments.output}: {plural(operations, 'operation')}; compare with asgitest diff {arguments.output}")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One side of a comparison: what it promises, how it is called, where its code stands."""

    contract: Contract
    label: str
    handlers: Mapping[str, Handler] = field(default_factory=dict[str, "Handler"])


def _diff(arguments: argparse.Namespace) -> int:
    """Compare two schemas and report."""
    arguments.tags = arguments.include = arguments.exclude = None
    options = given_options(arguments)
    selection = Selection(options=options)
    before = _side(arguments.old, options)
    after = _side(arguments.new or options.target, options)
    changes = list(compare_contracts(before.contract, after.contract))
    handlers = {**before.handlers, **after.handlers}
    found = [
        finding_of_change(change, selection, handler=_relative(handlers.get(change.operation))) for change in changes
    ]
    result = Run(
        target=f"{before.label} -> {after.label}",
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        fail_on=options.fail_on,
        subjects=tuple(sorted({operation.label for operation in after.contract.operations.values()})),
        checks=tuple(check for check in CHECKS if check.startswith("drift.") and selection.check(check)),
        findings=tuple({finding.fingerprint: finding for finding in found if finding is not None}.values()),
    )
    return finish(result, parse_outputs(arguments))


def _side(place: str | None, options: RunOptions) -> _Side:
    """Read one side: a file when it ends like one, otherwise an app."""
    if place is not None and place.endswith(_SUFFIXES):
        return _file(place)
    if place is not None and ":" not in place and (Path(place).suffix or "/" in place) and not place.endswith(".py"):
        raise UsageError(f"{place!r} is neither a schema file (.json, .yaml) nor module:attribute.")
    target = resolve_target(place, factory=options.factory, app_dir=options.app_dir)
    inventory = build_inventory(target, allow_remote_refs=options.allow_remote_refs)
    if not any(document.raw for document in inventory.documents):
        raise TargetError(f"{target.label} has no schema that could be compared.")
    operations: tuple[Operation, ...] = inventory.operations
    handlers = {operation.label: operation.handler for operation in operations if operation.handler is not None}
    return _Side(
        contract=contract_of(inventory.documents, operations=operations), label=target.label, handlers=handlers
    )


def _file(place: str) -> _Side:
    """Read a file, with the schemas of mounted apps that a snapshot keeps."""
    document = named_document(None, place, folder=Path())
    mounted: Any = document.raw.get("x-asgitest-mounts", {})
    others = [replace(document, raw=raw, root_path=root) for root, raw in mounted.items()]
    return _Side(contract=contract_of([document, *others]), label=place)


def _relative(handler: Handler | None) -> Handler | None:
    if handler is None:
        return None
    path = Path(handler.file)
    return replace(handler, file=str(path.relative_to(Path.cwd()))) if path.is_relative_to(Path.cwd()) else handler
