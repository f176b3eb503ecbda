"""Sees a finding again on fresh state, or not.

Depends on: the session that has the app.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgitest.conformance.checks import Expectation
from asgitest.conformance.engine.messages import Judged
from asgitest.conformance.engine.probes import probe_operation
from asgitest.conformance.engine.stateful import observe_sequence

if TYPE_CHECKING:
    from asgitest.conformance.engine.messages import Candidate
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.model import Finding
    from asgitest.conformance.records import Request

__all__ = ["confirm"]

_ONCE_A_PROCESS = frozenset({"lifespan.second-start-fails"})
"""What is about the second time in a process is there once."""


def confirm(work: Work) -> Judged:
    """Execute the candidate of a task again, the shrunk scenario first, then the original one."""
    task = work.task
    candidate = task.candidate
    assert candidate is not None  # noqa: S101  a task of this kind has one
    once = candidate.finding.check in _ONCE_A_PROCESS or _was_walked(candidate)
    times = min(1, work.session.options.confirm) if once else work.session.options.confirm
    scenarios = [scenario for scenario in (candidate.scenario, candidate.original) if scenario is not None]
    best = Judged(number=task.number, candidate=candidate, seen=0, tried=times)
    for scenario in dict.fromkeys(scenarios):
        seen, finding = _repeat(work, replace(candidate, scenario=scenario), times=times)
        if seen > best.seen:
            changed = replace(candidate, scenario=scenario, finding=finding or candidate.finding)
            best = Judged(number=task.number, candidate=changed, seen=seen, tried=times)
        if seen == times:
            break
    return best


def _was_walked(candidate: Candidate) -> bool:
    """Whether it was seen after other requests: what those changed may still be changed the second time."""
    return candidate.play is None and candidate.original is not None and len(candidate.original.steps) > 1


def _repeat(work: Work, candidate: Candidate, *, times: int) -> tuple[int, Finding | None]:
    """Execute a scenario some times; return how often the finding was seen, and the finding as it was seen."""
    seen = 0
    latest: Finding | None = None
    with work.session.open() as executor:
        executor.traces = True
        observer = work.session.observer(executor)
        for turn in range(times):
            with work.noted(turn, None):
                if candidate.play is not None:
                    found = observe_sequence(work.session, observer, candidate)
                elif candidate.probed is not None:
                    found = _probed_again(work, observer, candidate, base=candidate.probed)
                else:
                    found = _once(work, observer, candidate)
            if found is not None:
                seen += 1
                latest = found
    return seen, latest


def _probed_again(work: Work, observer: Observer, candidate: Candidate, *, base: Request) -> Finding | None:
    """Play the probes of an operation again; return the finding if it was seen."""
    session, subject = work.session, candidate.finding.operation
    operation = session.operations.get(subject)
    if operation is None:
        return None
    played = probe_operation(observer, operation, session.operations.values(), base=base)
    for probed in observer.executor.run(played):
        finding = session.findings.build(
            probed.violation, subject, handler=session.handler_of(subject), seen=probed.exchange
        )
        if finding is not None and finding.fingerprint == candidate.finding.fingerprint:
            return finding
    return None


def _once(work: Work, observer: Observer, candidate: Candidate) -> Finding | None:
    """Execute a scenario once; return the finding if it was seen."""
    scenario, session = candidate.scenario, work.session
    if scenario is None:
        return None
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
