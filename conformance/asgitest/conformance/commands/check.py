"""``asgitest check``: configuration, engine, outcome.

Depends on: the configuration, the engine by name, the outcome.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from asgitest.conformance.config import build_options, load, parse_shard
from asgitest.conformance.errors import UsageError
from asgitest.conformance.events import FindingFound, RunFinished, RunStarted
from asgitest.conformance.last_run import save_last_run
from asgitest.conformance.model import Run
from asgitest.conformance.outcome import finish, parse_outputs
from asgitest.conformance.output import say
from asgitest.conformance.redact import Redactor
from asgitest.conformance.reports.ndjson import NDJSONReport
from asgitest.conformance.reports.plain import PlainProgress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from asgitest.conformance.events import Event
    from asgitest.conformance.model import Finding
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.outcome import Outputs

__all__ = ["command_line", "run", "run_with_progress", "split"]

_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_LISTS = ("select", "ignore", "include", "exclude", "tags")
_PLAIN = (
    "app",
    "factory",
    "app_dir",
    "schema",
    "root_path",
    "base_url",
    "profile",
    "cases",
    "seed",
    "deterministic",
    "workers",
    "whitebox",
    "reset",
    "timeout",
    "max_findings",
    "allow_remote_refs",
    "fail_on",
    "strict",
    "baseline",
)


class Progress(Protocol):
    """Something that shows or keeps events."""

    def __call__(self, event: Event) -> None:
        """Take an event."""
        ...

    def close(self) -> None:
        """Put everything away."""
        ...


def run(arguments: argparse.Namespace) -> int:
    """Test an app and report."""
    config = load(
        config_file=Path(arguments.config) if arguments.config else None,
        given=command_line(arguments),
    )
    if arguments.show_config:
        say(*config.lines())
        return 0
    if arguments.update_baseline and not config.settings.baseline:
        raise UsageError("--update-baseline needs --baseline FILE.")
    options = build_options(config, shard=parse_shard(arguments.shard) if arguments.shard else None)
    arguments.baseline = config.settings.baseline
    outputs = parse_outputs(arguments, config.settings.report)
    redactor = Redactor(options.identities)
    result = run_with_progress(options, outputs, redactor)
    save_last_run(result, directory=Path.cwd())
    return finish(result, outputs)


def command_line(arguments: argparse.Namespace) -> dict[str, Any]:
    """Collect what the command line says, by the names of the settings; None where it says nothing."""
    given: dict[str, Any] = {name: getattr(arguments, name, None) for name in _PLAIN}
    given |= {name: split(getattr(arguments, name, None)) for name in _LISTS}
    budget = getattr(arguments, "budget", None)
    given["budget"] = None if budget is None else _seconds(budget)
    return given


def split(words: list[str] | None) -> list[str] | None:
    """Split repeated, comma-separated options; a comma before a path belongs to the pattern (``GET,PUT /items``)."""
    if words is None:
        return None
    parts = [part for word in words for part in (word.split(",") if " " not in word.strip() else [word])]
    return [part.strip() for part in parts if part.strip()]


def _seconds(text: str) -> float:
    match = _TIME.fullmatch(text.strip())
    if match is None or float(match[1]) <= 0:
        raise UsageError(f"--budget wants a time such as 30s or 5m, not {text!r}.")
    return float(match[1]) * _UNITS[match[2] or "s"]


def run_with_progress(options: RunOptions, outputs: Outputs, redactor: Redactor) -> Run:
    """Run the engine, show its events, and redact what it found.

    An interrupt ends the run with what was found so far.
    """
    engine = cast("Callable[[RunOptions, Callable[[Event], None]], Run]", _engine())
    consumers: list[Progress] = [_progress(outputs)]
    consumers += [
        NDJSONReport(report.path, redactor)
        for report in outputs.reports
        if report.format == "ndjson" and report.path is not None
    ]
    seen: list[Event] = []

    def emit(event: Event) -> None:
        if isinstance(event, FindingFound):
            event = FindingFound(finding=redactor.finding(event.finding))
        if isinstance(event, FindingFound | RunStarted):
            seen.append(event)
        for consumer in consumers:
            consumer(event)

    try:
        result = redactor.run(engine(options, emit))
    except KeyboardInterrupt:
        result = _interrupted(options, seen)
        emit(RunFinished(run=result))
    finally:
        for consumer in consumers:
            consumer.close()
    return result


def _engine() -> object:
    return import_module("asgitest.conformance.engine").run


def _progress(outputs: Outputs) -> Progress:
    stream = outputs.stream
    if outputs.quiet:
        return _Silence()
    if outputs.colour is not False and stream.isatty():
        from asgitest.conformance.reports.terminal import (  # noqa: PLC0415  rich is slow to import
            TerminalProgress,
            build_console,
        )

        return TerminalProgress(build_console(stream, colour=outputs.colour))
    return PlainProgress(stream)


class _Silence:
    """Shows nothing."""

    def __call__(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """Nothing to put away."""


def _interrupted(options: RunOptions, seen: list[Event]) -> Run:
    """Make a run of what was found before an interrupt the engine did not handle."""
    findings: list[Finding] = [event.finding for event in seen if isinstance(event, FindingFound)]
    started = next((event for event in seen if isinstance(event, RunStarted)), None)
    return Run(
        target=started.target if started else options.target or "",
        seed=options.seed,
        profile=options.profile,
        fail_on=options.fail_on,
        subjects=tuple(dict.fromkeys(finding.operation for finding in findings)),
        findings=tuple(findings),
        interrupted=True,
    )
