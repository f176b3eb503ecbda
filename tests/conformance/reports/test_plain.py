"""Progress as plain lines."""

from __future__ import annotations

import io

from asgitest.conformance.events import (
    CaseProgress,
    FindingFound,
    Noted,
    RunFinished,
    RunStarted,
    SubjectDone,
    SubjectStarted,
    WorkerReplaced,
)
from asgitest.conformance.reports.plain import PlainProgress, started_line
from tests.conformance.builders import crash, run_of

EVENTS = (
    RunStarted(target="main:app", seed=7, budget_seconds=60.0, plan={"schema": 1, "openapi": 2}, workers=2),
    SubjectStarted(family="schema", subject="SCHEMA"),
    SubjectDone(family="schema", subject="SCHEMA"),
    SubjectStarted(family="openapi", subject="GET /a"),
    CaseProgress(family="openapi", subject="GET /a", cases=1000),
    FindingFound(finding=crash()),
    WorkerReplaced(subject="GET /a", reason="exit status 3"),
    SubjectDone(family="openapi", subject="GET /a"),
    CaseProgress(family="openapi", subject="GET /b", cases=204),
    SubjectDone(family="openapi", subject="GET /b"),
    Noted(text="GET /stream was\nleft out."),
    RunFinished(run=run_of()),
)


def test_each_family_and_each_note_is_a_line_and_findings_are_counted() -> None:
    """Findings are shown once, by cause, in the end."""
    stream = io.StringIO()
    progress = PlainProgress(stream)

    for event in EVENTS:
        progress(event)
    progress.close()

    assert stream.getvalue() == (
        "asgitest check main:app: default, 60 s, 2 subjects, seed 7\n"
        "  schema: 1 subject, 0 cases\n"
        "  worker replaced at GET /a: exit status 3\n"
        "  openapi: 2 subjects, 1,204 cases; 1 finding so far\n"
        "  note: GET /stream was left out.\n"
    )


def test_a_budget_in_cases_is_told_as_one() -> None:
    started = RunStarted(target="main:app", seed=0, cases=500, plan={"openapi": 1})

    assert started_line(started) == "asgitest check main:app: default, 500 cases a subject, 1 subject, seed 0"
