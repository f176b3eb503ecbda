"""The terminal: a table that lives while the run goes on, then the findings in colour.

Text of the app is put into ``Text`` objects, never into markup.

Depends on: rich, the events, the blocks.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from asgitest.conformance.events import (
    CaseProgress,
    FindingFound,
    Noted,
    RunStarted,
    SubjectDone,
    SubjectStarted,
    WorkerReplaced,
)
from asgitest.conformance.reports.blocks import run_lines
from asgitest.conformance.reports.plain import started_line
from asgitest.conformance.reports.text import clip, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from rich.console import RenderableType

    from asgitest.conformance.events import Event
    from asgitest.conformance.model import Run
    from asgitest.conformance.reports.blocks import Line

__all__ = ["THEME", "TerminalProgress", "build_console", "print_run", "sparkline"]

THEME = Theme(
    {
        "error": "bold red",
        "warning": "yellow",
        "info": "cyan",
        "good": "bold green",
        "check": "bold",
        "title": "",
        "subject": "cyan",
        "location": "bold blue",
        "source": "",
        "label": "dim",
        "command": "green",
        "bar.complete": "cyan",
        "bar.finished": "green",
        "bar.back": "bright_black",
    }
)
_BARS = " ▁▂▃▄▅▆▇█"
_SPARKS = 24


def build_console(stream: TextIO, *, colour: bool | None = None) -> Console:
    """Make a console with our styles that interprets nothing in the text it is given.

    Args:
        stream: Where to.
        colour: True and False force it; None asks the terminal, ``NO_COLOR`` and ``FORCE_COLOR``.
    """
    return Console(
        file=stream,
        theme=THEME,
        markup=False,
        emoji=False,
        highlight=False,
        no_color=True if colour is False else None,
        force_terminal=True if colour else None,
    )


def print_run(console: Console, run: Run, *, verbose: bool = False) -> None:
    """Print a whole run."""
    for line in run_lines(run, verbose=verbose):
        console.print(_text(line), soft_wrap=False, overflow="fold")


def _text(line: Line) -> Text:
    text = Text()
    for piece, style in line:
        text.append(_encodable(piece), style=style or None)
    return text


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def sparkline(values: Iterator[int] | deque[int] | list[int]) -> str:
    """Draw values as a row of bars, the highest at full height."""
    listed = list(values)
    top = max(listed, default=0)
    if top <= 0:
        return ""
    return "".join(_BARS[round(value / top * (len(_BARS) - 1))] for value in listed)


class TerminalProgress:
    """Shows one row for each family, the budget, and the new branches of the app's code as a sparkline.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started: RunStarted | None = None
        self._done: Counter[str] = Counter()
        self._cases: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._subject = ""
        self._elapsed = 0.0
        self._branches = 0
        self._sparks: deque[int] = deque(maxlen=_SPARKS)
        # It asks for the table at once.
        self._live = Live(console=console, refresh_per_second=8, transient=True, get_renderable=self._render)

    def __call__(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, RunStarted):
            self._started = event
            self._console.print(_text(((started_line(event), "dim"),)))
            self._live.start()
        elif isinstance(event, SubjectStarted):
            self._subject = f"{event.family}  {event.subject}"
        elif isinstance(event, CaseProgress):
            self._progress(event)
        elif isinstance(event, SubjectDone):
            self._done[event.family] += 1
        elif isinstance(event, FindingFound):
            self._found[event.finding.check.partition(".")[0]] += 1
        elif isinstance(event, WorkerReplaced):
            self._say(f"worker replaced at {event.subject}: {event.reason}")
        elif isinstance(event, Noted):
            self._say(f"note: {event.text}")

    def close(self) -> None:
        """Take the table away."""
        self._live.stop()

    def _say(self, text: str) -> None:
        self._console.print(_text(((one_line(text), "dim"),)))

    def _progress(self, event: CaseProgress) -> None:
        self._cases[event.family] += event.cases
        self._elapsed = max(self._elapsed, event.elapsed_seconds)
        if event.branches is not None:
            self._sparks.append(max(0, event.branches - self._branches))
            self._branches = max(self._branches, event.branches)

    def _render(self) -> RenderableType:
        started = self._started
        if started is None:
            return Text()
        table = Table.grid(padding=(0, 2))
        for family, planned in started.plan.items():
            done, cases, found = self._done[family], self._cases[family], self._found[family]
            table.add_row(
                Text(family, style="bold" if done < planned and cases else ""),
                ProgressBar(total=max(1, planned), completed=min(done, planned), width=20),
                Text(f"{done}/{planned}", style="dim"),
                Text(f"{cases:,}", justify="right"),
                Text(f"{found} found" if found else "", style="error" if found else ""),
            )
        return Group(table, self._last_line(started))

    def _last_line(self, started: RunStarted) -> RenderableType:
        cases = sum(self._cases.values())
        speed = f"{cases / self._elapsed:,.0f} cases/s" if self._elapsed > 0 else ""
        budget = f"{self._elapsed:.0f}/{started.budget_seconds:.0f} s" if started.budget_seconds else ""
        coverage = f"{self._branches} branches {sparkline(self._sparks)}" if self._branches else ""
        subject = clip(one_line(self._subject), 60)
        return Text("  ".join(part for part in (budget, speed, coverage, subject) if part), style="dim")
