"""The report as one HTML file: no scripts from elsewhere, no fonts, nothing of an app unescaped.

Depends on: summary.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from asgitest.conformance.coverage.summary import shown, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.conformance.coverage.goals import Dimension, Entry, Goal
    from asgitest.conformance.coverage.summary import DependencyRow, Row, Summary, Total

__all__ = ["as_html"]

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --poor: #9a6700; --bad: #cf222e; --line: #d0d7de; --soft: #57606a;
  --card: #f6f8fa; --page: #fff; --ink: #1f2328; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --poor: #d29922; --bad: #f85149; --line: #30363d;
  --soft: #8d96a0; --card: #161b22; --page: #0d1117; --ink: #e6edf3; } }
* { box-sizing: border-box; }
body { background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 75rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
code { font: 0.9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.totals { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
.total { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 1rem; }
.total b { display: block; font-size: 1.5rem; } .total span { color: var(--soft); }
.bar { background: var(--line); border-radius: 3px; height: 6px; margin-top: 0.4rem; overflow: hidden; }
.bar i { display: block; height: 100%; }
.good { color: var(--good); } .poor { color: var(--poor); } .bad { color: var(--bad); } .soft { color: var(--soft); }
.bar .good { background: var(--good); } .bar .poor { background: var(--poor); } .bar .bad { background: var(--bad); }
.tools { align-items: center; display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0 0.5rem; }
input[type=search] { background: var(--card); border: 1px solid var(--line); border-radius: 0.4rem; color: inherit;
  flex: 1; font: inherit; min-width: 12rem; padding: 0.4rem 0.7rem; }
details.row { border-top: 1px solid var(--line); } details.row > summary { cursor: pointer; display: grid;
  gap: 0 1rem; grid-template-columns: 1.2rem minmax(12rem, 24rem) 5rem 1fr; padding: 0.45rem 0.2rem; list-style: none; }
details.row > summary::-webkit-details-marker { display: none; }
details.row > summary:hover { background: var(--card); }
table { border-collapse: collapse; margin: 0.25rem 0 1rem 2.2rem; width: calc(100% - 2.2rem); }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.6rem 0.25rem 0; text-align: left;
  vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
td.tests { max-width: 32rem; } td.tests code { display: block; }
@media (max-width: 48rem) { details.row > summary { grid-template-columns: 1.2rem 1fr 4.5rem; }
  details.row > summary > :last-child { grid-column: 2 / -1; } table { margin-left: 0; width: 100%; } }
"""
_SCRIPT = """
const search = document.getElementById("search"), open = document.getElementById("open");
function filter() {
  const text = search.value.toLowerCase();
  for (const row of document.querySelectorAll("details.row")) {
    row.hidden = !row.textContent.toLowerCase().includes(text) || (open.checked && row.dataset.tone === "good");
  }
}
search.addEventListener("input", filter);
open.addEventListener("change", filter);
"""
_SEARCH = (
    '<div class="tools"><input type="search" id="search" aria-label="Filter" '
    'placeholder="Filter by path, status or test">'
)
_GOOD, _POOR = 90.0, 60.0
_TESTS_SHOWN = 3
_MARKS = {"good": "\N{CHECK MARK}", "poor": "\N{BLACK CIRCLE}", "bad": "\N{BALLOT X}"}


def as_html(summary: Summary) -> str:
    """Write the page."""
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>API coverage</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>API coverage</h1>",
            '<div class="totals">',
            *map(_total, summary.totals),
            "</div>",
            "<h2>Operations, WebSocket routes and mounts</h2>",
            _SEARCH,
            '<label><input type="checkbox" id="open"> only what is not fully covered</label></div>',
            *map(_row, summary.rows),
            *_dependencies(summary.dependencies),
            f"<script>{_SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def _total(total: Total) -> str:
    tone = "good" if total.percent >= _GOOD else "poor" if total.percent >= _POOR else "bad"
    return (
        f'<div class="total"><span>{title_of(total.dimension)}</span><b class="{tone}">{total.percent:.1f} %</b>'
        f"<span>{total.reached} of {total.expected}</span>"
        f'<div class="bar"><i class="{tone}" style="width: {total.percent:.1f}%"></i></div></div>'
    )


def _row(row: Row) -> str:
    tone = "bad" if not row.covered else "poor" if row.missing or row.undocumented else "good"
    remarks = ", ".join(f"<code>{escape(shown(goal))}</code>" for goal in row.gaps)
    if row.undocumented:
        undocumented = ", ".join(f"<code>{escape(shown(goal))}</code>" for goal in row.undocumented)
        remarks += f'{" " if remarks else ""}<span class="poor">undocumented:</span> {undocumented}'
    tests = f"{len(row.tests)} test{'' if len(row.tests) == 1 else 's'}"
    return (
        f'<details class="row" data-tone="{tone}"><summary><span class="{tone}">{_MARKS[tone]}</span>'
        f'<code>{escape(row.subject)}</code><span class="soft">{tests}</span><span>{remarks}</span></summary>'
        f"{_source(row.source)}{_goals(row.goals)}</details>"
    )


def _source(source: str) -> str:
    return f'<div class="soft" style="margin-left: 2.2rem"><code>{escape(source)}</code></div>' if source else ""


def _goals(goals: Iterable[tuple[Goal, Entry]]) -> str:
    head = "<table><thead><tr><th>part</th><th>what</th><th>state</th><th>tests</th></tr></thead><tbody>"
    return head + "".join(_goal(goal, entry) for goal, entry in goals) + "</tbody></table>"


def _goal(goal: Goal, entry: Entry) -> str:
    if entry.standing == "expected":
        state, tone = ("covered", "good") if entry.tests else ("missing", "bad")
    else:
        state, tone = ("undocumented", "poor") if entry.standing == "undocumented" else ("seen", "soft")
    return (
        f"<tr><td>{_part(goal.dimension)}</td><td><code>{escape(goal.detail or goal.subject)}</code></td>"
        f'<td class="{tone}">{state}</td><td class="tests">{_tests(sorted(entry.tests))}</td></tr>'
    )


def _part(dimension: Dimension) -> str:
    return title_of(dimension).removesuffix("s")


def _tests(tests: Iterable[str]) -> str:
    """The tests; behind a click when there are many."""
    lines = [f"<code>{escape(test)}</code>" for test in tests]
    shown_at_once = "".join(lines)
    if len(lines) <= _TESTS_SHOWN:
        return shown_at_once
    return f"<details><summary>{len(lines)} tests</summary>{shown_at_once}</details>"


def _dependencies(rows: tuple[DependencyRow, ...]) -> Iterator[str]:
    if not rows:
        return
    yield "<h2>Dependencies</h2>"
    for row in rows:
        tone = {"run": "good", "only overridden": "poor", "never": "bad"}[row.state]
        counts = f"run {len(row.run)}, overridden {len(row.overridden)}"
        yield (
            f'<details class="row" data-tone="{tone}"><summary><span class="{tone}">{_MARKS[tone]}</span>'
            f'<code>{escape(row.name)}</code><span class="{tone}">{row.state}</span>'
            f'<span class="soft">{counts}</span></summary>{_source(row.source)}'
            "<table><thead><tr><th>run by</th><th>overridden by</th></tr></thead><tbody><tr>"
            f'<td class="tests">{_tests(row.run)}</td><td class="tests">{_tests(row.overridden)}</td>'
            "</tr></tbody></table></details>"
        )
