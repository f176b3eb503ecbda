"""What happens to a run once it is over: the baseline, the reports, the text, the exit code.

The run is redacted before anything here sees it.

Depends on: the baseline, the reports, the verdict.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.baseline import apply_baseline, read_baseline, updated, write_baseline
from asgitest.conformance.errors import UsageError
from asgitest.conformance.files import write_atomically
from asgitest.conformance.output import write
from asgitest.conformance.reports import renderer
from asgitest.conformance.reports.blocks import plain_text, run_lines, summary_line
from asgitest.conformance.verdict import exit_code, sort_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from asgitest.conformance.baseline import Entry
    from asgitest.conformance.model import Run

__all__ = ["Outputs", "Wanted", "finish", "parse_outputs", "parse_reports", "print_findings"]

_FILES = {
    "json": "asgitest.json",
    "ndjson": "asgitest.ndjson",
    "junit": "junit.xml",
    "sarif": "asgitest.sarif",
    "github": "-",
    "markdown": "asgitest.md",
    "html": "asgitest.html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One report that is wanted.

    Args:
        format: A name in :data:`~asgitest.conformance.reports.FORMATS`.
        path: Where to; None is standard output.
    """

    format: str
    path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What to do with a run.

    Args:
        reports: To be written.
        verbose: Whether notes and known findings are shown in full.
        quiet: Whether only the summary is shown.
        colour: True and False force it, None lets the terminal decide.
        baseline: The file of known findings.
        update_baseline: Whether it is written.
        expires_days: How long its new entries are good for.
    """

    reports: tuple[Wanted, ...] = ()
    verbose: bool = False
    quiet: bool = False
    colour: bool | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    expires_days: int | None = None

    @property
    def stream(self) -> TextIO:
        """Where the text for people goes: standard error when a report takes standard output."""
        return sys.stderr if any(report.path is None for report in self.reports) else sys.stdout


def parse_reports(words: Iterable[str], configured: Mapping[str, str] | None = None) -> tuple[Wanted, ...]:
    """Read ``--report FORMAT[=FILE]`` options and the ``report`` table of the configuration.

    Raises:
        UsageError: If there is no such format, or two reports want standard output.
    """
    pairs = dict(configured or {})
    for word in words:
        for part in word.split(","):
            name, _, file = part.partition("=")
            pairs[name.strip()] = file
    wanted: list[Wanted] = []
    for name, file in pairs.items():
        if name != "ndjson":
            renderer(name)
        target = file or _FILES.get(name, f"asgitest.{name}")
        wanted.append(Wanted(format=name, path=None if target == "-" else Path(target)))
    if sum(report.path is None for report in wanted) > 1:
        raise UsageError("--report: only one report can go to standard output.")
    if any(report.format == "ndjson" and report.path is None for report in wanted):
        raise UsageError("--report: ndjson needs a file, such as ndjson=events.ndjson.")
    return tuple(wanted)


def parse_outputs(arguments: argparse.Namespace, configured: Mapping[str, str] | None = None) -> Outputs:
    """Read the options that say what to do with a run."""
    baseline = getattr(arguments, "baseline", None)
    return Outputs(
        reports=parse_reports(arguments.report or (), configured),
        verbose=arguments.verbose,
        quiet=arguments.quiet,
        colour={"always": True, "never": False}.get(arguments.color),
        baseline=Path(baseline) if baseline else None,
        update_baseline=getattr(arguments, "update_baseline", False),
        expires_days=getattr(arguments, "expires", None),
    )


def finish(run: Run, outputs: Outputs) -> int:
    """Apply the baseline, write the reports, show the findings.

    Args:
        run: What was found, redacted.
        outputs: What to do with it.

    Returns:
        The exit code.
    """
    run = run.model_copy(update={"findings": tuple(sorted(run.findings, key=sort_key))})
    fixed: tuple[Entry, ...] = ()
    if outputs.baseline is not None:
        today = datetime.now(tz=UTC).date()
        baseline = read_baseline(outputs.baseline, missing_ok=outputs.update_baseline)
        if outputs.update_baseline:
            baseline = updated(baseline, run, today=today, days=outputs.expires_days)
            write_baseline(outputs.baseline, baseline)
        run, fixed = apply_baseline(run, baseline, today=today)
    notes = tuple(f"fixed: {entry.check} at {entry.subject or '?'} ({entry.fingerprint[:10]})" for entry in fixed)
    run = run.model_copy(update={"notes": (*run.notes, *notes)})
    _write_reports(run, outputs)
    print_findings(run, outputs)
    return int(exit_code(run))


def _write_reports(run: Run, outputs: Outputs) -> None:
    for report in outputs.reports:
        if report.format == "ndjson":
            continue
        text = renderer(report.format)(run)
        if report.path is None:
            write(text)
        else:
            write_atomically(report.path, text)
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if report.format == "github" and summary:
            _append(Path(summary), renderer("markdown")(run))


def _append(path: Path, text: str) -> None:
    """Add to the job summary, which other steps write as well."""
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"GITHUB_STEP_SUMMARY: {str(path)!r} cannot be written: {error.strerror}.") from None


def print_findings(run: Run, outputs: Outputs) -> None:
    """Show a run to people: coloured in a terminal, plain elsewhere, only the summary if quiet."""
    stream = outputs.stream
    if outputs.quiet:
        stream.write(plain_text(iter([summary_line(run)])))
    elif outputs.colour or (outputs.colour is None and stream.isatty()):
        from asgitest.conformance.reports.terminal import build_console, print_run  # noqa: PLC0415  rich is slow

        print_run(build_console(stream, colour=outputs.colour), run, verbose=outputs.verbose)
    else:
        stream.write(_encodable(plain_text(run_lines(run, verbose=outputs.verbose)), stream))


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
