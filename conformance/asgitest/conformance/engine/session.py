"""The side that has the app: loads it, makes the plan, and performs tasks. Runs in a worker, or in the only process.

Depends on: target and inventory, generators, execution, checks, findings.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation, Judge, check_documents, check_lifespans, check_routes
from asgitest.conformance.engine.confirm import confirm
from asgitest.conformance.engine.findings import Findings, step_of
from asgitest.conformance.engine.fuzz import Fuzzer
from asgitest.conformance.engine.messages import Candidate, Done, Progress, Ready, TaskKind
from asgitest.conformance.engine.observing import Observer, open_executor
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.seen import SeenInTask
from asgitest.conformance.engine.shrink import shrink
from asgitest.conformance.engine.sockets import play_sockets
from asgitest.conformance.engine.stateful import Resource, infer_resources, run_resource
from asgitest.conformance.engine.values import Values, choose_identity
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.model import LifespanStep
from asgitest.conformance.selection import Selection
from asgitest.conformance.target import resolve_target
from asgitest.conformance.whitebox import InstrumentingFinder, LineMonitor, literals_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.findings import Seen
    from asgitest.conformance.engine.journal import Journal
    from asgitest.conformance.engine.messages import Message, Task
    from asgitest.conformance.execute import Executor
    from asgitest.conformance.inventory import Inventory
    from asgitest.conformance.operation import Handler, Operation
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.records import Exchange, Request
    from asgitest.conformance.target import Target

__all__ = ["Session"]

_CYCLES = 3
_PACKAGES = ("asgitest", "fastapi", "starlette", "litestar", "pydantic")
_SHRINKABLE = frozenset({"http.unhandled-exception", "openapi.server-error", "asgi.exception-after-response"})


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
        self._watch = options.whitebox != "off"
        if options.whitebox in {"auto", "ast"}:
            self._finder.__enter__()
        elif options.whitebox == "line":
            LineMonitor([root]).__enter__()
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
        )
        self._findings = Findings(
            options=options,
            selection=self.selection,
            roots=self.roots,
            target=self.target.spec,
            factory=self.target.factory is not None,
        )
        self._literals: dict[str, tuple[tuple[int, Any], ...]] = {}

    def _source_root(self) -> Iterator[Path]:
        """The folder of the app's module, when the app is not below the app directory."""
        if self.target.source is not None:
            yield Path(self.target.source[0]).resolve().parent

    # The plan

    def ready(self) -> Ready:
        """Say what there is to do."""
        return Ready(
            target=self.target.label or self.target.spec,
            plan=tuple(self._plan()),
            versions=dict(_versions()),
            schema_hash=self._schema_hash(),
            branches_total=self._finder.branches_total or None if self._watch else None,
            notes=tuple(self._notes()),
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

    def _notes(self) -> Iterator[str]:
        if not self.inventory.documents:
            yield "The app has no OpenAPI document: only what needs none is checked."

    def _schema_hash(self) -> str:
        raw = [document.raw for document in self.inventory.documents]
        if not raw:
            return ""
        text = json.dumps(raw, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    # Tasks

    def perform(self, task: Task, tell: Callable[[Message], Any], journal: Journal | None) -> None:
        """Perform a task and tell of it; the last message is ``Done`` or ``Judged``."""
        work = {
            "static": self._static,
            "lifespan": self._lifespan,
            "http": self._http,
            "websocket": self._websocket,
            "state": self._state,
        }
        if task.kind == "confirm":
            tell(confirm(self, task, journal))
            return
        seen = SeenInTask(task, self._findings, tell)
        statuses = work[task.kind](task, seen, tell, journal) or {}
        tell(Done(number=task.number, counts=seen.counts, statuses=statuses))

    def close(self) -> None:
        """Import as before."""
        if self._finder in sys.meta_path:
            self._finder.__exit__()

    def open(self, *, watch: bool = False, timeout_seconds: float | None = None) -> Any:
        """Open an executor for a fresh app."""
        return open_executor(
            self.target,
            self.options,
            watch=watch,
            timeout_seconds=timeout_seconds or self.options.timeout_seconds,
        )

    def observer(self, executor: Executor) -> Observer:
        """Make what sends and judges."""
        return Observer(executor=executor, judge=self._judge, operations=self.operations)

    def handler_of(self, subject: str) -> Handler | None:
        """Find where the code of a subject stands."""
        operation = self.operations.get(subject)
        if operation is not None:
            return operation.handler
        route = self.sockets.get(subject)
        return route.handler if route is not None else None

    @property
    def findings(self) -> Findings:
        """What builds findings."""
        return self._findings

    def _static(self, task: Task, seen: SeenInTask, _tell: Any, _journal: Any) -> None:
        """Check documents and routing table."""
        del task
        found = [*check_documents(self.inventory)]
        found += check_routes(self.inventory, self.target.adapter.routes(self.target.app))
        for subject, violation in found:
            if subject in {"SCHEMA", "APP"} or self.selection.subject(subject):
                seen.fixed(violation, subject, handler=self.handler_of(subject))

    def _lifespan(self, task: Task, seen: SeenInTask, tell: Any, journal: Journal | None) -> None:
        """Start and stop the app some times."""
        with self.open() as executor:
            if journal is not None:
                journal.begin(0, None)
            records = executor.run(self.observer(executor).lifespans(_CYCLES))
            if journal is not None:
                journal.end()
        tell(Progress(number=task.number, family="lifespan", cases=len(records)))
        steps = [LifespanStep()] * _CYCLES
        for violation in check_lifespans(records):
            seen.take(violation, "LIFESPAN", records[0], self._findings.scenario(steps))

    def _http(self, task: Task, seen: SeenInTask, tell: Any, journal: Journal | None) -> dict[str, tuple[int, ...]]:
        """Send cases to one operation."""
        operation = self.operations[task.subject]
        cpu = time.process_time()
        with self.open(watch=self._watch, timeout_seconds=self._timeout(operation)) as executor:
            observer = self.observer(executor)
            values = self.values_for(operation)

            def progress(cases: int, branches: list[int]) -> None:
                nonlocal cpu
                now = time.process_time()
                tell(
                    Progress(
                        number=task.number,
                        family="openapi",
                        cases=cases,
                        branches=tuple(branches),
                        cpu_seconds=now - cpu,
                    )
                )
                cpu = now

            waiting: list[tuple[Violation, Request, Expectation, Exchange, int]] = []

            def found(
                violation: Violation, request: Request, expectation: Expectation, exchange: Exchange, index: int
            ) -> None:
                if seen.is_new(violation, task.subject):
                    waiting.append((violation, request, expectation, exchange, index))

            fuzzer = Fuzzer(
                operation,
                observer,
                task,
                seed=self.options.seed,
                values=values,
                found=found,
                progress=progress,
                journal=journal,
                restart=self.options.reset != "none",
            )
            executor.run(executor.start())
            executor.run(fuzzer.run())
            for violation, request, expectation, exchange, index in waiting:
                self._submit(seen, observer, violation, request, expectation, exchange, index, journal)
        return {task.subject: tuple(sorted(fuzzer.statuses))}

    def _submit(  # noqa: PLR0913, PLR0917  everything that is known about a violation
        self,
        seen: SeenInTask,
        observer: Observer,
        violation: Violation,
        request: Request,
        expectation: Expectation,
        exchange: Exchange,
        index: int,
        journal: Journal | None,
    ) -> None:
        """Shrink what can be shrunk and tell of it."""
        subject = seen.task.subject
        scenario = self._findings.scenario([step_of(request)])
        smaller = scenario
        if violation.check in _SHRINKABLE and not exchange.hung:
            key = seen.key(violation, subject)

            async def shows(candidate: Request) -> bool:
                if journal is not None:
                    journal.begin(index, candidate)
                _, violations = await observer.request(candidate, subject, Expectation())
                if journal is not None:
                    journal.end()
                return any(seen.key(other, subject) == key for other in violations)

            smaller = self._findings.scenario([step_of(observer.executor.run(shrink(request, shows)))])
        seed_path = f"{self.options.seed}/{seen.task.kind}/{subject}/{index}"
        seen.take(
            violation,
            subject,
            exchange,
            smaller,
            original=scenario,
            expectation=expectation,
            handler=self.handler_of(subject),
            seed_path=seed_path,
        )

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
            literals=self._literals_for(operation.handler),
            given=given,
            identity=choose_identity(options, operation),
            random=keyed_random(options.seed, "values", operation.label),
        )

    def _literals_for(self, handler: Handler | None) -> tuple[Any, ...]:
        """Constants of the handler's file: those of the handler first."""
        if handler is None or not self._watch:
            return ()
        if handler.file not in self._literals:
            self._literals[handler.file] = self._finder.literals.get(handler.file) or literals_of_file(handler.file)
        literals = self._literals[handler.file]
        return tuple(value for _, value in sorted(literals, key=lambda pair: _far(pair[0], handler.line)))

    def _timeout(self, operation: Operation) -> float:
        timeouts = [o.timeout_seconds for o in self.selection.overrides(operation.label) if o.timeout_seconds]
        return timeouts[-1] if timeouts else self.options.timeout_seconds

    def _websocket(self, task: Task, seen: SeenInTask, tell: Any, journal: Journal | None) -> None:
        """Play sessions with one WebSocket route."""
        play_sockets(self, self.sockets[task.subject], seen, tell, journal)

    def _state(self, task: Task, seen: SeenInTask, tell: Any, journal: Journal | None) -> None:
        """Run sequences over one resource."""
        run_resource(self, self.resources[task.subject], seen, tell, journal)


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


__all__ += ["Candidate"]
