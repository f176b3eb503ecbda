"""What the engine tells while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.engine import run
from asgitest.conformance.events import CaseProgress, RunFinished, RunStarted, SubjectDone, SubjectStarted
from asgitest.conformance.options import RunOptions

if TYPE_CHECKING:
    from asgitest.conformance.events import Event
    from tests.conformance.builders import Project


def test_events_come_in_the_promised_order(project: Project) -> None:
    target = project.app("""
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/a")
        def a() -> int:
            return 1
    """)
    events: list[Event] = []

    result = run(RunOptions(target=target, cases=3, workers=0, confirm=0), events.append)

    started = [(event.family, event.subject) for event in events if isinstance(event, SubjectStarted)]
    done = [(event.family, event.subject) for event in events if isinstance(event, SubjectDone)]
    assert isinstance(events[0], RunStarted)
    assert events[-1] == RunFinished(run=result)
    assert started == done
    assert ("openapi", "GET /a") in started
    assert sum(event.cases for event in events if isinstance(event, CaseProgress)) == result.statistics.cases
