"""Sees a finding again on fresh state, or not.

Depends on: the session that has the app.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgitest.conformance.checks import Expectation
from asgitest.conformance.engine.messages import Judged
from asgitest.conformance.engine.stateful import observe_sequence

if TYPE_CHECKING:
    from asgitest.conformance.engine.journal import Journal
    from asgitest.conformance.engine.messages import Candidate, Task
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.model import Finding, Scenario

__all__ = ["confirm"]


def confirm(session: Session, task: Task, journal: Journal | None) -> Judged:
    """Execute a candidate again, the shrunk scenario first, then the original one.

    Args:
        session: Has the app.
        task: With the candidate.
        journal: Written before each execution.
    """
    candidate = task.candidate
    assert candidate is not None  # noqa: S101  a task of this kind has one
    times = session.options.confirm
    scenarios = [scenario for scenario in (candidate.scenario, candidate.original) if scenario is not None]
    best = Judged(number=task.number, candidate=candidate, seen=0, tried=times)
    for scenario in dict.fromkeys(scenarios):
        seen, finding = _repeat(session, candidate, scenario, times, journal)
        if seen > best.seen:
            changed = replace(candidate, scenario=scenario, finding=finding or candidate.finding)
            best = Judged(number=task.number, candidate=changed, seen=seen, tried=times)
        if seen == times:
            break
    return best


def _repeat(
    session: Session, candidate: Candidate, scenario: Scenario, times: int, journal: Journal | None
) -> tuple[int, Finding | None]:
    """Execute a scenario some times; return how often the finding was seen, and the finding as it was seen."""
    seen = 0
    latest: Finding | None = None
    with session.open() as executor:
        executor.traces = True
        observer = session.observer(executor)
        for turn in range(times):
            if journal is not None:
                journal.begin(turn, None)
            found = _once(session, observer, candidate, scenario)
            if journal is not None:
                journal.end()
            if found is not None:
                seen += 1
                latest = found
    return seen, latest


def _once(session: Session, observer: Observer, candidate: Candidate, scenario: Scenario) -> Finding | None:
    """Execute a scenario once; return the finding if it was seen."""
    if candidate.play is not None:
        return observe_sequence(session, observer, candidate)
    subject = candidate.finding.operation
    expectation = candidate.expectation or Expectation()
    run = observer.scenario(scenario.steps, subject, expectation, lifespan=scenario.lifespan)
    for violation, record in observer.executor.run(run):
        if violation.check != candidate.finding.check:
            continue
        finding = session.findings.build(violation, subject, handler=session.handler_of(subject), seen=record)
        if finding is not None and finding.fingerprint == candidate.finding.fingerprint:
            return finding
    return None
