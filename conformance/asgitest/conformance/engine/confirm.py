"""Sees a finding again on fresh state, or not. How often is not decided here.

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


def confirm(work: Work) -> Judged:
    """Execute the candidate of a task once more, on fresh state."""
    candidate = work.task.candidate
    assert candidate is not None  # noqa: S101  a task of this kind has one
    with work.session.open() as executor, work.noted(candidate.tried, None):
        executor.traces = True
        found = _seen_again(work, work.session.observer(executor), candidate)
    return Judged(
        number=work.task.number,
        candidate=replace(candidate, finding=found or candidate.finding),
        seen=candidate.seen + (found is not None),
        tried=candidate.tried + 1,
    )


def _seen_again(work: Work, observer: Observer, candidate: Candidate) -> Finding | None:
    """Execute a candidate in the way it was found; return the finding if it was seen."""
    if candidate.probed is not None:
        return _probed_again(work, observer, candidate, base=candidate.probed)
    if candidate.play is not None:
        return observe_sequence(work.session, observer, candidate)
    return _once(work, observer, candidate)


def _probed_again(work: Work, observer: Observer, candidate: Candidate, *, base: Request) -> Finding | None:
    """Play the probes of an operation again; return the finding if it was seen."""
    session, subject = work.session, candidate.finding.operation
    operation = session.operations.get(subject)
    if operation is None:
        return None
    others = session.operations.values()
    played = probe_operation(
        observer,
        operation,
        others,
        base=base,
        schemes=session.inventory.security_schemes,
        lead=candidate.lead,
        bound=candidate.play,
    )
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
