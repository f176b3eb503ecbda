"""The side that has the app: loads it, makes the plan, and gives tasks what they ask for.

Depends on: target and inventory, execution, checks, findings.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Judge
from asgitest.conformance.destinations import Destinations
from asgitest.conformance.engine.credentials import Credentials, find_credentials
from asgitest.conformance.engine.findings import Findings
from asgitest.conformance.engine.forked import in_a_copy
from asgitest.conformance.engine.logins import log_in
from asgitest.conformance.engine.messages import Ready, TaskKind
from asgitest.conformance.engine.observing import Observer, open_executor
from asgitest.conformance.engine.pool import fork_available
from asgitest.conformance.engine.resources import Resource, infer_resources
from asgitest.conformance.engine.restarting import ask_again
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.values import Values, choose_identity
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.selection import Selection
from asgitest.conformance.subjects import choose_nothing_unknown, unknown_patterns
from asgitest.conformance.target import resolve_target
from asgitest.conformance.whitebox import InstrumentingFinder, LineMonitor, literals_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.execute import Executor
    from asgitest.conformance.inventory import Inventory
    from asgitest.conformance.operation import Handler, Operation
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.target import Target

__all__ = ["Session"]

_WALKS = {"quick": 2, "default": 4, "thorough": 4}
"""How many walks a profile takes."""
_COPY_SECONDS = 10.0
_SHOWN_CLOSED = 3
_PACKAGES = ("asgitest", "fastapi", "starlette", "litestar", "pydantic")


class Session:
    """One loaded app.

    Args:
        options: Of the run.
        target: The app, when it is at hand; otherwise it is imported, instrumented.

    Raises:
        UsageError: If the app cannot be loaded.
    """

    def __init__(self, options: RunOptions, *, target: Target | None = None) -> None:
        self.options = options
        self.selection = Selection(options=options)
        root = options.app_dir.resolve()
        self._finder = InstrumentingFinder([root])
        self.watch = options.whitebox != "off"
        self._begin_watching(root)
        self.target = target or resolve_target(options.target, factory=options.factory, app_dir=options.app_dir)
        self.roots = tuple(dict.fromkeys((root, *self._source_root())))
        self.inventory: Inventory = build_inventory(
            self.target, schema=options.schema, allow_remote_refs=options.allow_remote_refs
        )
        self.operations: dict[str, Operation] = {
            operation.label: operation for operation in (*self.inventory.undocumented, *self.inventory.operations)
        }
        self.sockets = {route.label: route for route in self.inventory.websockets}
        self.resources: dict[str, Resource] = {
            resource.label: resource for resource in infer_resources(self.inventory.operations)
        }
        self._judge = Judge(
            framework=self.target.adapter.name,
            timeout_seconds=options.timeout_seconds,
            timing=not options.deterministic,
            destinations=Destinations(frozenset(operation.path for operation in self.operations.values())),
        )
        self.findings = Findings(
            options=options,
            selection=self.selection,
            roots=self.roots,
            target=self.target.spec,
            factory=self.target.factory is not None,
        )
        choose_nothing_unknown(self.selection, operations=self.operations.values(), others=self._others())
        self._literals: dict[str, tuple[tuple[int, Any], ...]] = {}
        self._nearest: dict[tuple[str, int], tuple[Any, ...]] = {}
        self._secrets: tuple[tuple[str, str], ...] = ()
        self._closed: tuple[str, ...] = ()
        self.after_restart: tuple[Violation, ...] = ()
        self._ask_app(copies=target is None and fork_available())

    def _ask_app(self, *, copies: bool) -> None:
        """Find out what tasks have to know of the app: who may come in, and whether it may be restarted."""
        self._meet_users(copies=copies)
        if copies and self.options.reset != "none":
            self._try_restart()

    def _try_restart(self) -> None:
        """See whether the app may be shut down and started again between cases."""

        def ask() -> tuple[list[Violation] | None]:
            with self.open() as executor:
                return (ask_again(executor, self.operations.values(), self.values_for),)

        told = in_a_copy(ask, seconds=_COPY_SECONDS)
        if told is not None and told[0] != []:
            self.options = replace(self.options, reset="none")
            self.after_restart = tuple(told[0] or ())

    def _begin_watching(self, root: Path) -> None:
        """Instrument what is imported from now on, or count its lines."""
        if self.options.whitebox in {"auto", "ast"}:
            self._finder.__enter__()
        elif self.options.whitebox == "line":
            LineMonitor([root]).__enter__()

    def _log_in(self) -> None:
        """Replace identities that log in by themselves as they are afterwards, once for all tasks."""
        with self.open() as executor:
            executor.run(executor.start())
            identities = tuple(
                log_in(identity, executor, base_url=self.options.base_url) if identity.login else identity
                for identity in self.options.identities
            )
            executor.run(executor.stop())
        known = {value for identity in self.options.identities for value in identity.headers.values()}
        self._secrets = tuple(
            (value, identity.name)
            for identity in identities
            for value in identity.headers.values()
            if value not in known
        )
        self.options = replace(self.options, identities=identities)

    def _meet_users(self, *, copies: bool) -> None:
        """Log identities in; where there are none, try the words of the source, in a copy of the process."""
        if any(identity.login for identity in self.options.identities):
            self._log_in()
            return
        closed = any(operation.security for operation in self.operations.values())
        if self.options.identities or not copies or not closed:
            return
        found = in_a_copy(self._credentials, seconds=_COPY_SECONDS)
        if found is not None:
            overrides = (*self.options.overrides, *found.overrides)
            self.options = replace(self.options, identities=found.identities, overrides=overrides)
            self._closed = found.closed

    def _credentials(self) -> Credentials:
        """Look for credentials with an app that is started."""
        files = {one.handler.file for one in self.operations.values() if one.handler is not None}
        for file in files - self._finder.literals.keys():
            self._finder.literals[file] = literals_of_file(file)
        literals = [value for found in self._finder.literals.values() for _, value in found]
        with self.open() as executor:
            executor.run(executor.start())
            return find_credentials(
                executor, self.operations.values(), schemes=self.inventory.security_schemes, literals=literals
            )

    def _source_root(self) -> Iterator[Path]:
        """The folder of the app's module, when the app is not below the app directory."""
        if self.target.source is not None:
            yield Path(self.target.source[0]).resolve().parent

    def _others(self) -> tuple[str, ...]:
        """The subjects beside operations."""
        return ("SCHEMA", "APP", "LIFESPAN", *self.sockets)

    # The plan

    def ready(self) -> Ready:
        """Say what there is to do."""
        return Ready(
            target=self.target.label or self.target.spec,
            plan=tuple(self._plan()),
            versions=dict(_versions()),
            schema_hash=self._schema_hash(),
            branches_total=self._finder.branches_total or None if self.watch else None,
            notes=tuple(self._notes()),
            secrets=self._secrets,
        )

    def _plan(self) -> Iterator[tuple[TaskKind, str]]:
        """List the subjects of each kind, those that are selected."""
        chosen = self.selection.subject
        if chosen("SCHEMA") or chosen("APP"):
            yield "static", "SCHEMA"
        if chosen("LIFESPAN"):
            yield "lifespan", "LIFESPAN"
        for operation in self.operations.values():
            if chosen(operation.label, tags=operation.tags, operation_id=operation.operation_id or ""):
                yield "http", operation.label
        for label in self.sockets:
            if chosen(label):
                yield "websocket", label
        for resource in self.resources.values():
            if any(chosen(operation.label, tags=operation.tags) for operation in resource.operations):
                yield "state", resource.label
        yield from self._walks()

    def _walks(self) -> Iterator[tuple[TaskKind, str]]:
        """List the walks through all operations; none where no request can change anything."""
        chosen = [one for one in self.operations.values() if self.selection.subject(one.label, tags=one.tags)]
        if len(chosen) > 1 and any(one.method != "GET" for one in chosen):
            for number in range(1, _WALKS[self.options.profile] + 1):
                yield "state", f"STATE walk {number}"

    def _notes(self) -> Iterator[str]:
        if not self.inventory.documents:
            yield "The app has no OpenAPI document: only what needs none is checked."
        if self.options.webhooks:
            names = ", ".join(self.options.webhooks)
            yield f"webhooks: hooks are given for {names}, and no check calls them yet."
        yield from unknown_patterns(self.selection, operations=self.operations.values(), others=self._others())
        if self._closed:
            shown = ", ".join(self._closed[:_SHOWN_CLOSED])
            more = f" and {len(self._closed) - _SHOWN_CLOSED} more" if len(self._closed) > _SHOWN_CLOSED else ""
            yield (
                f"No credentials are known for {shown}{more}: what is behind the 401 and 403 is not tested. "
                "Say who may come in, under [tool.asgitest.conformance.identities.NAME]."
            )

    def _schema_hash(self) -> str:
        raw = [document.raw for document in self.inventory.documents]
        if not raw:
            return ""
        text = json.dumps(raw, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    # What tasks ask for

    def close(self) -> None:
        """Import as before."""
        if self._finder in sys.meta_path:
            self._finder.__exit__()

    def open(self, *, watch: bool = False, timeout_seconds: float | None = None) -> AbstractContextManager[Executor]:
        """Open an executor for a fresh app."""
        return open_executor(
            self.target,
            self.options,
            watch=watch,
            timeout_seconds=timeout_seconds or self.options.timeout_seconds,
        )

    def observer(self, executor: Executor) -> Observer:
        """Make what sends and judges."""
        return Observer(
            executor=executor, judge=self._judge, operations=self.operations, identities=self.options.identities
        )

    def handler_of(self, subject: str) -> Handler | None:
        """Find where the code of a subject stands."""
        operation = self.operations.get(subject)
        if operation is not None:
            return operation.handler
        route = self.sockets.get(subject)
        return route.handler if route is not None else None

    def values_for(self, operation: Operation) -> Values:
        """Collect what is put into the cases of an operation."""
        options = self.options
        given = {name: value for name, value in options.values.items() if " " not in name}
        for name, value in options.values.items():
            label, _, parameter = name.rpartition(" ")
            if label == operation.label:
                given[parameter] = value
        for override in self.selection.overrides(operation.label):
            given.update(override.values)
        return Values(
            literals=self.literals_for(operation.handler),
            given=given,
            identity=choose_identity(options, operation),
            random=keyed_random(options.seed, "values", operation.label),
        )

    def literals_for(self, handler: Handler | None) -> tuple[Any, ...]:
        """Constants of the handler's file: those of the handler first."""
        if handler is None or not self.watch:
            return ()
        known = self._nearest.get((handler.file, handler.line))
        if known is not None:
            return known
        if handler.file not in self._literals:
            self._literals[handler.file] = self._finder.literals.get(handler.file) or literals_of_file(handler.file)
        literals = self._literals[handler.file]
        nearest = tuple(value for _, value in sorted(literals, key=lambda pair: _far(pair[0], handler.line)))
        self._nearest[handler.file, handler.line] = nearest
        return nearest

    def timeout_for(self, operation: Operation) -> float:
        """The deadline of a case of an operation."""
        return self.selection.timeout(operation.label)


def _far(line: int, handler_line: int) -> tuple[int, int]:
    """Order lines by their distance from a handler, those after its first line first."""
    return (0, line - handler_line) if line >= handler_line else (1, handler_line - line)


def _versions() -> Iterator[tuple[str, str]]:
    yield "python", platform.python_version()
    for package in _PACKAGES:
        try:
            yield package, importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
