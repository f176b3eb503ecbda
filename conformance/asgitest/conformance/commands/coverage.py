"""``asgitest coverage combine``: one report of the API coverage of several test runs.

Depends on: coverage, files.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.coverage.goals import Coverage, read_coverage
from asgitest.conformance.coverage.outputs import read_outputs, read_thresholds, write_outputs
from asgitest.conformance.coverage.plain import lines_of
from asgitest.conformance.coverage.summary import below_thresholds, summarise
from asgitest.conformance.files import read_text
from asgitest.conformance.output import complain, say

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]

_FINDINGS = 1


def run(arguments: argparse.Namespace) -> int:
    """Combine reports, show the whole, and compare it with the thresholds."""
    outputs = read_outputs(arguments.report or ["term"])
    thresholds = read_thresholds(arguments.fail_under or [])
    whole = Coverage()
    for name in arguments.reports:
        whole.merge(read_coverage(read_text(Path(name), what="coverage report"), name=name))
    if any(output.format == "term" for output in outputs):
        verbosity = int(arguments.verbose) - int(arguments.quiet)
        width = shutil.get_terminal_size().columns
        say(*(line for line, _ in lines_of(summarise(whole), width=width, verbosity=verbosity)))
    say(*(f"written: {path}" for path in write_outputs(whole, outputs)))
    failures = list(below_thresholds(whole, thresholds))
    for failure in failures:
        complain(failure)
    return _FINDINGS if failures else 0
