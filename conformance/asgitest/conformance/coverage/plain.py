"""The table of a terminal.

Depends on: summary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from asgitest.conformance.coverage.summary import shown, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.coverage.goals import Dimension
    from asgitest.conformance.coverage.summary import DependencyRow, Row, Summary

__all__ = ["Line", "Tone", "lines_of"]

Tone = Literal["plain", "good", "poor", "bad"]
Line = tuple[str, Tone]

_COLUMNS: tuple[tuple[str, Dimension], ...] = (
    ("status", "statuses"),
    ("media", "media-types"),
    ("request", "request-media-types"),
    ("params", "parameters"),
)
_CELL = 9
_GOOD, _POOR = 90.0, 60.0
_LEAST_MISSING = 24


def lines_of(summary: Summary, *, width: int = 100, verbosity: int = 0) -> Iterator[Line]:
    """Yield the lines of the table.

    Args:
        summary: What is shown.
        width: Of the terminal, in characters.
        verbosity: Below 0 only totals; above 0 every missing part in full.
    """
    if not summary.rows:
        yield "nothing to count: no app with routes or an OpenAPI document was called or is configured", "poor"
        return
    if verbosity >= 0:
        yield from _table(summary, width=width, full=verbosity > 0)
    for total in summary.totals:
        tone: Tone = "good" if total.percent >= _GOOD else "poor" if total.percent >= _POOR else "bad"
        counts = f"{total.reached}/{total.expected}"
        yield f"{title_of(total.dimension):<22} {counts:>9} {total.percent:6.1f} %", tone


def _table(summary: Summary, *, width: int, full: bool) -> Iterator[Line]:
    name_width = max(len(row.subject) for row in summary.rows)
    head = "".join(f"{title:>{_CELL}}" for title, _ in _COLUMNS)
    yield f"{'operation':<{name_width}} tests{head}  missing", "plain"
    for row in summary.rows:
        cells = "".join(f"{_cell(row, dimension):>{_CELL}}" for _, dimension in _COLUMNS)
        start = f"{row.subject:<{name_width}} {len(row.tests):>5}{cells}  "
        missing = ", ".join(map(shown, row.gaps))
        if not full:
            missing = _cut(missing, max(width - len(start), _LEAST_MISSING))
        yield (start + missing).rstrip(), _tone(row)
        if row.undocumented:
            yield f"{'':<{name_width}}   undocumented: {', '.join(map(shown, row.undocumented))}", "poor"
        if full and row.noted:
            yield f"{'':<{name_width}}   seen: {', '.join(map(shown, row.noted))}", "plain"
    yield "", "plain"
    idle = [row for row in summary.dependencies if row.state != "run"]
    if idle:
        yield from (_dependency_line(row) for row in idle)
        yield "", "plain"


def _cell(row: Row, dimension: Dimension) -> str:
    reached, expected = row.counts(dimension)
    return f"{reached}/{expected}" if expected else "-"


def _tone(row: Row) -> Tone:
    if not row.covered:
        return "bad"
    return "poor" if row.missing else "good"


def _dependency_line(row: DependencyRow) -> Line:
    text = {
        "only overridden": f"only ever overridden ({len(row.overridden)} test{'s' * (len(row.overridden) != 1)})",
        "never": "never in use",
    }[row.state]
    return f"dependency {row.name}: {text}", "poor"


def _cut(text: str, width: int) -> str:
    """The beginning of a text that is too long."""
    return text if len(text) <= width else f"{text[: width - 3]}..."
