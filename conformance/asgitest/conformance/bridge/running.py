"""Runs ``st run`` in this process: no server, no socket; its own output is kept aside.

Depends on: target and inventory, the mapping; Schemathesis by name.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.bridge.mapping import Mapper
from asgitest.conformance.bridge.recording import RecordedApp
from asgitest.conformance.errors import TargetError, UsageError
from asgitest.conformance.events import CaseProgress, FindingFound, Noted, RunFinished, RunStarted, SubjectDone
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.merge import merge_findings
from asgitest.conformance.model import Run, Statistics
from asgitest.conformance.selection import Selection
from asgitest.conformance.target import resolve_target
from asgitest.testclient.application import as_asgi3

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from asgitest.conformance.document import Document
    from asgitest.conformance.events import Event
    from asgitest.conformance.inventory import Inventory
    from asgitest.conformance.model import Finding
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.target import Target

__all__ = ["BridgeOptions", "run_schemathesis"]

_COULD_NOT = 2
_FAMILY = "schemathesis"


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeOptions:
    """What is told to Schemathesis.

    Args:
        max_examples: For each operation and phase; None is its default.
        max_time: Seconds for the whole run; None is no limit.
        seed: Of all randomness; None lets it choose.
        phases: Some of examples, coverage, fuzzing, stateful; empty is all.
    """

    max_examples: int | None = None
    max_time: float | None = None
    seed: int | None = None
    phases: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """Write them as options of ``st run``."""
        words = ["--no-color", "--continue-on-failure", "--generation-database", "none"]
        if self.max_examples is not None:
            words += ["--max-examples", str(self.max_examples)]
        if self.max_time is not None:
            words += ["--max-time", str(self.max_time)]
        if self.seed is not None:
            words += ["--seed", str(self.seed)]
        if self.phases:
            words += ["--phases", ",".join(self.phases)]
        return words


def run_schemathesis(options: RunOptions, bridge: BridgeOptions, emit: Callable[[Event], object]) -> Run:
    """Test an app with Schemathesis.

    Args:
        options: Of the run.
        bridge: What is told to Schemathesis.
        emit: Called with each event.

    Raises:
        UsageError: If the app cannot be loaded, has no schema, or Schemathesis cannot run.
    """
    target = resolve_target(options.target, factory=options.factory, app_dir=options.app_dir)
    inventory = build_inventory(target, schema=options.schema, allow_remote_refs=options.allow_remote_refs)
    documents = [document for document in inventory.documents if document.raw.get("paths")]
    if not documents:
        raise TargetError(f"{target.label} has no schema that Schemathesis could read.")
    return _Bridge(options, emit, _Subject(target=target, inventory=inventory)).perform(documents, bridge)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """The app and what it has."""

    target: Target
    inventory: Inventory


class _Bridge:
    """The state of one run."""

    def __init__(self, options: RunOptions, emit: Callable[[Event], object], subject: _Subject) -> None:
        self._options = options
        self._emit = emit
        self._target = subject.target
        self._inventory = subject.inventory
        self._app = RecordedApp(as_asgi3(subject.target.load()), root_path=options.root_path)
        self._began = time.monotonic()
        self._cpu = time.process_time()
        self._cases: dict[str, int] = {}
        self._done: set[str] = set()
        self._found: dict[str, Finding] = {}
        self._notes: list[str] = []
        self._interrupted = False
        self._mapper = Mapper(
            options=options,
            selection=Selection(options=options),
            roots=(options.app_dir.resolve(),),
            target=subject.target.spec,
            factory=subject.target.factory is not None,
            handlers={one.label: one.handler for one in subject.inventory.operations if one.handler is not None},
            exceptions=self._app.exceptions,
        )

    def perform(self, documents: list[Document], bridge: BridgeOptions) -> Run:
        """Run Schemathesis once for each document."""
        labels = [operation.label for operation in self._inventory.operations if operation.documented]
        started = datetime.now(UTC).isoformat(timespec="seconds")
        self._emit(
            RunStarted(
                command="schemathesis",
                target=self._target.label,
                seed=bridge.seed or 0,
                budget_seconds=bridge.max_time,
                cases=None if bridge.max_time is not None else bridge.max_examples or 100,
                plan={_FAMILY: len(labels)},
            )
        )
        for document in documents:
            self._run(document, bridge)
        result = Run(
            target=self._target.label,
            started=started,
            versions={"schemathesis": str(import_module("importlib.metadata").version("schemathesis"))},
            seed=bridge.seed or 0,
            fail_on=self._options.fail_on,
            subjects=tuple(labels),
            findings=merge_findings(self._found.values()),
            notes=tuple(self._notes),
            interrupted=self._interrupted,
            statistics=Statistics(
                cases=sum(self._cases.values()),
                cpu_seconds=round(time.process_time() - self._cpu, 3),
                wall_seconds=round(time.monotonic() - self._began, 3),
                by_family={_FAMILY: sum(self._cases.values())},
                by_subject=dict(sorted(self._cases.items())),
            ),
        )
        self._emit(RunFinished(run=result))
        return result

    def _run(self, document: Document, bridge: BridgeOptions) -> None:
        """Run ``st run`` over one document."""
        self._mapper = replace(self._mapper, prefix=document.root_path)
        cli = import_module("schemathesis.cli")
        with tempfile.TemporaryDirectory(prefix="asgitest-") as folder, self._watched():
            file = Path(folder) / "openapi.json"
            file.write_text(json.dumps(document.raw), encoding="utf-8")
            base = self._options.base_url.rstrip("/") + document.root_path
            words = ["run", str(file), "--url", base, *bridge.words(), *self._identity()]
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = _exit_code(lambda: cli.schemathesis.main(args=words, standalone_mode=False))
        if code == _COULD_NOT:
            raise UsageError(f"Schemathesis could not run: {_reason(output.getvalue())}.")

    def _identity(self) -> list[str]:
        """The credentials of the first identity that may come in."""
        for identity in self._options.identities:
            if not identity.refused:
                headers = [f"{name}: {value}" for name, value in identity.headers.items()]
                if identity.cookies:
                    cookies = "; ".join(f"{name}={value}" for name, value in identity.cookies.items())
                    headers.append(f"cookie: {cookies}")
                return [word for header in headers for word in ("--header", header)]
        return []

    @contextlib.contextmanager
    def _watched(self) -> Generator[None]:
        """Give the schema our app, and see the events; both only as long as this lasts."""
        library, cli = import_module("schemathesis"), import_module("schemathesis.cli")
        handlers = import_module("schemathesis.cli.ext.handlers").CUSTOM_HANDLERS
        app, take = self._app, self._take

        def after_load_schema(context: Any, schema: Any) -> None:
            del context
            schema.app = app

        class Handler(cli.EventHandler):  # type: ignore[name-defined, misc] # a class looked up by name
            def handle_event(self, context: Any, event: Any) -> None:
                del context
                take(event)

        library.hook(after_load_schema)
        cli.handler()(Handler)
        try:
            yield
        finally:
            library.hooks.unregister(after_load_schema)
            if Handler in handlers:
                handlers.remove(Handler)

    def _take(self, event: Any) -> None:
        """Take an event of Schemathesis."""
        name = type(event).__name__
        if name in {"ScenarioFinished", "FuzzScenarioFinished"}:
            self._scenario(event)
        elif name == "NonFatalError":
            self._note(f"Schemathesis at {event.label}: {' '.join(str(event.value).split())[:200]}")
        elif name == "Interrupted":
            self._interrupted = True

    def _scenario(self, event: Any) -> None:
        """Count the cases of a scenario and tell of what is new."""
        label = str(event.recorder.label)
        cases = len(event.recorder.interactions)
        self._cases[label] = self._cases.get(label, 0) + cases
        elapsed = time.monotonic() - self._began
        self._emit(CaseProgress(family=_FAMILY, subject=label, cases=cases, elapsed_seconds=elapsed))
        for finding in self._mapper.findings(event.recorder):
            known = self._found.get(finding.fingerprint)
            self._found[finding.fingerprint] = finding if known is None else merge_findings([known, finding])[0]
            if known is None:
                self._emit(FindingFound(finding=finding))
        if label not in self._done:
            self._done.add(label)
            self._emit(SubjectDone(family=_FAMILY, subject=label, cases=cases))

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)
            self._emit(Noted(text=text))


def _exit_code(call: Callable[[], Any]) -> int:
    """Call a command and return its exit code, however it tells it."""
    try:
        code = call()
    except SystemExit as ended:
        code = ended.code
    except KeyboardInterrupt:
        raise
    except Exception as error:
        if type(error).__module__.startswith("click"):
            raise UsageError(f"Schemathesis could not run: {' '.join(str(error).split())}") from None
        raise
    return code if isinstance(code, int) else 0


def _reason(output: str) -> str:
    """The last sentence of what Schemathesis wrote."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it did not say why"
