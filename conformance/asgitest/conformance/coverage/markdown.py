"""The report as Markdown, for a pull request or a job summary.

Depends on: summary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.coverage.summary import shown, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.conformance.coverage.summary import Summary

__all__ = ["as_markdown"]

_TESTS_SHOWN = 5


def as_markdown(summary: Summary) -> str:
    """Write the report."""
    lines = ["# API coverage", "", "| dimension | reached | expected | % |", "|---|---:|---:|---:|"]
    lines += [
        f"| {title_of(total.dimension)} | {total.reached} | {total.expected} | {total.percent:.1f} |"
        for total in summary.totals
    ]
    lines += ["", "| operation | tests | missing | undocumented |", "|---|---:|---|---|"]
    for row in summary.rows:
        missing = _cells(shown(goal) for goal in row.gaps)
        undocumented = _cells(shown(goal) for goal in row.undocumented)
        lines.append(f"| {_code(row.subject)} | {len(row.tests)} | {missing} | {undocumented} |")
    if summary.dependencies:
        lines += ["", "| dependency | state | overridden by |", "|---|---|---|"]
        lines += [f"| {_code(row.name)} | {row.state} | {_tests(row.overridden)} |" for row in summary.dependencies]
    return "\n".join(lines) + "\n"


def _tests(tests: tuple[str, ...]) -> str:
    """The first tests of a list, and how many more there are."""
    more = f" and {len(tests) - _TESTS_SHOWN} more" if len(tests) > _TESTS_SHOWN else ""
    return _cells(tests[:_TESTS_SHOWN]) + more


def _cells(texts: Iterable[str]) -> str:
    return ", ".join(_code(text) for text in texts)


def _code(text: str) -> str:
    """Text as code in a table cell, whatever is in it."""
    fence = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{fence}{space}{text.replace('|', chr(92) + '|')}{space}{fence}"
