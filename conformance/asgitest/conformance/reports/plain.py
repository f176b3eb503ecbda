"""Progress as plain lines, for logs and pipes: one line for each family. Findings are shown once, when all are known.

Depends on: the events, text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from asgitest.conformance.events import (
    CaseProgress,
    FindingFound,
    Noted,
    RunStarted,
    SubjectDone,
    WorkerReplaced,
)
from asgitest.conformance.reports.text import one_line, plural

if TYPE_CHECKING:
    from asgitest.conformance.events import Event

__all__ = ["PlainProgress", "started_line"]


def started_line(event: RunStarted) -> str:
    """Say what is about to happen."""
    budget = f"{event.budget_seconds:g} s" if event.budget_seconds is not None else plural(event.cases or 0, "case")
    what = f"{budget} a subject" if event.budget_seconds is None else budget
    subjects = max(event.plan.values(), default=0)
    return (
        f"asgitest {event.command} {one_line(event.target)}: {event.profile}, {what}, {plural(subjects, 'subject')}, "
        f"seed {event.seed}"
    )


class PlainProgress:
    """Writes a line when a family is done, with how much was found by then.

    Args:
        stream: Where to; flushed after each line.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._plan: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._cases: dict[str, int] = {}
        self._found = 0

    def __call__(self, event: Event) -> None:
        """Take an event."""
        line = self._line(event)
        if line:
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing to put away."""

    def _line(self, event: Event) -> str:
        if isinstance(event, RunStarted):
            self._plan = dict(event.plan)
            return started_line(event)
        if isinstance(event, CaseProgress):
            self._cases[event.family] = self._cases.get(event.family, 0) + event.cases
            return ""
        if isinstance(event, SubjectDone):
            return self._subject_done(event)
        if isinstance(event, FindingFound):
            self._found += event.finding.severity != "info"
            return ""
        if isinstance(event, WorkerReplaced):
            return f"  worker replaced at {one_line(event.subject)}: {one_line(event.reason)}"
        return f"  note: {one_line(event.text)}" if isinstance(event, Noted) else ""

    def _subject_done(self, event: SubjectDone) -> str:
        done = self._done[event.family] = self._done.get(event.family, 0) + 1
        planned = self._plan.get(event.family, 0)
        if done < planned:
            return ""
        cases = self._cases.get(event.family, 0)
        found = f"; {plural(self._found, 'finding')} so far" if self._found else ""
        return f"  {event.family}: {plural(done, 'subject')}, {plural(cases, 'case')}{found}"
