"""``asgitest check``: configuration, engine, outcome.

Depends on: the configuration, the engine by name, the outcome.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from asgitest.conformance.baseline import read_baseline
from asgitest.conformance.commands.given import given_config
from asgitest.conformance.config import build_options, parse_shard
from asgitest.conformance.errors import UsageError
from asgitest.conformance.events import FindingFound, RunFinished, RunStarted, SecretsLearned
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

__all__ = ["run", "run_with_progress"]


if TYPE_CHECKING:
    Engine = Callable[[RunOptions, Callable[[Event], None]], Run]


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
    config = given_config(arguments)
    if arguments.show_config:
        say(*config.lines())
        return 0
    if arguments.update_baseline and not config.settings.baseline:
        raise UsageError("--update-baseline needs --baseline FILE.")
    options = build_options(config, shard=parse_shard(arguments.shard) if arguments.shard else None)
    arguments.baseline = config.settings.baseline
    outputs = parse_outputs(arguments, config.settings.report)
    if outputs.baseline is not None:
        # Told before the run, and not after a minute of it.
        read_baseline(outputs.baseline, missing_ok=outputs.update_baseline)
    redactor = Redactor(options.identities)
    result = run_with_progress(options, outputs, redactor)
    save_last_run(result, directory=Path.cwd())
    return finish(result, outputs)


def run_with_progress(
    options: RunOptions, outputs: Outputs, redactor: Redactor, *, engine: Engine | None = None
) -> Run:
    """Run an engine, show its events, and redact what it found.

    An interrupt ends the run with what was found so far.

    Args:
        options: Of the run.
        outputs: Where the events are shown.
        redactor: Hides secrets.
        engine: What runs; None is ours.
    """
    engine = engine or cast("Engine", _engine())
    consumers: list[Progress] = [_progress(outputs)]
    consumers += [
        NDJSONReport(report.path, redactor)
        for report in outputs.reports
        if report.format == "ndjson" and report.path is not None
    ]
    seen: list[Event] = []

    def emit(event: Event) -> None:
        if isinstance(event, SecretsLearned):
            for value, identity in event.secrets:
                redactor.learn(value, identity)
            return
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
