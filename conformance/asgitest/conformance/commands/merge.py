"""``asgitest merge``: one report of the parts of a run.

Depends on: merging, the outcome.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.last_run import read_run, save_last_run
from asgitest.conformance.merge import merge_runs
from asgitest.conformance.outcome import finish, parse_outputs

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> int:
    """Merge JSON reports and report the whole."""
    merged = merge_runs([read_run(Path(name)) for name in arguments.reports])
    if arguments.fail_on:
        merged = merged.model_copy(update={"fail_on": arguments.fail_on})
    save_last_run(merged, directory=Path.cwd())
    return finish(merged, parse_outputs(arguments))
