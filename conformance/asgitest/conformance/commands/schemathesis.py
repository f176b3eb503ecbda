"""``asgitest schemathesis``: Schemathesis in process, its findings as ours.

Depends on: the bridge, the configuration, the outcome.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.bridge import BridgeOptions, run_schemathesis
from asgitest.conformance.commands.check import run_with_progress
from asgitest.conformance.commands.given import given_config, split
from asgitest.conformance.config import build_options
from asgitest.conformance.errors import UsageError, nearest
from asgitest.conformance.last_run import save_last_run
from asgitest.conformance.outcome import finish, parse_outputs
from asgitest.conformance.redact import Redactor

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from asgitest.conformance.events import Event
    from asgitest.conformance.model import Run
    from asgitest.conformance.options import RunOptions

__all__ = ["run"]

_PHASES = ("examples", "coverage", "fuzzing", "stateful")


def run(arguments: argparse.Namespace) -> int:
    """Run Schemathesis and report."""
    bridge = BridgeOptions(
        max_examples=arguments.max_examples,
        max_time=arguments.max_time,
        seed=arguments.seed,
        phases=_phases(arguments.phases),
    )
    config = given_config(arguments)
    options = build_options(config)
    outputs = parse_outputs(arguments, config.settings.report)
    engine = partial(_run, bridge=bridge)
    result = run_with_progress(options, outputs, Redactor(options.identities), engine=engine)
    save_last_run(result, directory=Path.cwd())
    return finish(result, outputs)


def _run(options: RunOptions, emit: Callable[[Event], object], *, bridge: BridgeOptions) -> Run:
    return run_schemathesis(options, bridge, emit)


def _phases(text: str | None) -> tuple[str, ...]:
    phases = tuple(split([text]) or ()) if text else ()
    for phase in phases:
        if phase not in _PHASES:
            raise UsageError(f"--phases: there is no phase {phase!r}.", hint=nearest(phase, _PHASES))
    return phases
