"""Plays sequences over one resource: create, read, list, replace, change, delete, and everything again on what is gone.

Depends on: generators, execution, checks, the session.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from asgitest.conformance.checks.sequences import check_sequence
from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.resources import Play, SequenceStep, identifier_of
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.shrink import shrink_sequence
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import boundary_cases, generate_valid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.checks import Violation
    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.engine.messages import Candidate
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.resources import Resource
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.model import Finding
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["observe_sequence", "run_resource"]

_MARK = "asgitest-id"
_CREATED = range(200, 300)
_CRASHES = frozenset({"http.unhandled-exception", "openapi.server-error"})
_SHRINK_EXECUTIONS = 40
_REFUSALS = 6
"""Creations at an edge in one sequence; the app may refuse them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """One step of a sequence, and what came of it."""

    step: SequenceStep
    exchange: Exchange
    violations: list[Violation]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    """A sequence that was played; *assigned* when the app chose the identifier."""

    steps: tuple[_Played, ...]
    assigned: bool

    def wrong(self) -> Iterator[tuple[int, Violation]]:
        """List what is wrong with each exchange, and with all of them together."""
        for index, played in enumerate(self.steps):
            for violation in played.violations:
                yield index, violation
        yield from check_sequence([(one.step.role, one.exchange) for one in self.steps], assigned=self.assigned)


# What is played


def _plan(session: Session, resource: Resource, turn: int) -> Iterator[SequenceStep]:
    """Write one sequence; every second one goes on with what is gone."""
    edges = itertools.islice(boundary_cases(resource.create), turn * _REFUSALS, None)
    for role, operation in _roles(resource, beyond=bool(turn % 2)):
        if operation is None:
            continue
        edge = next(edges, None) if role == "refused create" else None
        yield _step(session, resource, role=role, operation=operation, turn=turn, edge=edge)


def _roles(resource: Resource, *, beyond: bool) -> Iterator[tuple[Role, Operation | None]]:
    """List the parts of a sequence with the operations that play them."""
    on_one = resource.on_one
    read, put, change, delete = (on_one.get(method) for method in ("GET", "PUT", "PATCH", "DELETE"))
    yield "list before", resource.listing
    yield "create", resource.create
    yield "control", read
    yield "read", read
    yield "list", resource.listing
    if resource.listing is not None:
        for _ in range(_REFUSALS):
            yield "refused create", resource.create
            yield "list after refusal", resource.listing
    if put is not None:
        yield "put", put
        yield "read after put", read
        yield "put again", put
        yield "read after second put", read
    yield "change", change
    for action in resource.actions:
        yield "action", action
    yield "delete", delete
    yield "read after delete", read
    yield "delete again", delete
    if beyond:
        yield "change", change
        yield "put", put
        for action in resource.actions:
            yield "action", action
        yield "action", resource.listing


def _step(
    session: Session, resource: Resource, *, role: Role, operation: Operation, turn: int, edge: Case | None = None
) -> SequenceStep:
    """Write one request of a sequence, valid or at an *edge*; the same one for a PUT and its repetition."""
    part = "put" if role == "put again" else role
    random = keyed_random(session.options.seed, "state", resource.label, turn, part)
    values = session.values_for(operation)
    case = edge or generate_valid(operation, random, values.dictionary())
    if role.startswith("list"):
        required = {parameter.name for parameter in operation.parameters if parameter.required}
        case = replace(case, query={name: value for name, value in case.query.items() if name in required})
    if resource.parameter in case.path_parameters and operation.path.startswith(resource.path.rstrip("/")):
        mark = f"{_MARK}-unknown" if role == "control" else _MARK
        case = replace(case, path_parameters={**case.path_parameters, resource.parameter: mark})
    request = values.authenticated(request_of(case), operation)
    return SequenceStep(role=role, request=request, subject=operation.label)


# How it is played


async def _play(observer: Observer, play: Play, *, work: Work | None = None, index: int = 0) -> _Sequence:
    """Play a sequence.

    Args:
        observer: Sends and judges.
        play: What.
        work: Notes each request in its journal, when given.
        index: Under this number.
    """
    identifier: str | None = None
    assigned = False
    played: list[_Played] = []
    for step in play.steps:
        marked = _MARK.encode() in step.request.target
        if marked and identifier is None and step.role != "control":
            continue
        request = _bound(step.request, identifier, control=step.role == "control")
        if work is None:
            exchange, violations = await observer.request(request, step.subject, step.expectation)
        else:
            with work.noted(index, request):
                exchange, violations = await observer.request(request, step.subject, step.expectation)
        played.append(_Played(step=step, exchange=exchange, violations=violations))
        if step.role == "create" and exchange.status in _CREATED:
            identifier = identifier_of(exchange, play.parameter)
            assigned = identifier is not None and identifier.encode() not in request.body
    return _Sequence(steps=tuple(played), assigned=assigned)


def _bound(request: Request, identifier: str | None, *, control: bool) -> Request:
    """Put an identifier into a target."""
    if control:
        other = "987654321" if identifier is None or identifier.isdigit() else _unlike(identifier)
        return replace(request, target=request.target.replace(f"{_MARK}-unknown".encode(), other.encode()))
    if identifier is None:
        return request
    return replace(request, target=request.target.replace(_MARK.encode(), quote(identifier, safe="").encode()))


def _unlike(identifier: str) -> str:
    """Write an identifier of the same form that is not in use."""
    return quote("".join("0" if c in "123456789abcdef" else c for c in identifier), safe="") + (
        "" if "-" in identifier else "0"
    )


def run_resource(work: Work, resource: Resource) -> None:
    """Play sequences over one resource.

    Args:
        work: The task.
        resource: Which.
    """
    turns = max(4, min(20, work.task.cases // 10))
    with work.session.open() as executor:
        observer = work.session.observer(executor)
        for turn in range(turns):
            if turn in work.task.skip:
                continue
            started = executor.run(executor.restart())
            if started.outcome in {"failed", "hung"}:
                return
            steps = tuple(_plan(work.session, resource, turn))
            play = Play(resource=resource.label, parameter=resource.parameter, steps=steps)
            sequence = executor.run(_play(observer, play, work=work, index=turn))
            work.progress("state", len(sequence.steps))
            scene = _Scene(work=work, observer=observer, play=play, sequence=sequence)
            for index, violation in sequence.wrong():
                scene.take(index, violation)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """One sequence that was played, and where."""

    work: Work
    observer: Observer
    play: Play
    sequence: _Sequence

    def take(self, index: int, violation: Violation) -> None:
        """Tell of a violation, with the shortest sequence that shows it."""
        played = self.sequence.steps[index]
        seen, session = self.work.seen, self.work.session
        if not seen.is_new(violation, played.step.subject):
            return
        steps = [one.step for one in self.sequence.steps[: index + 1]]
        if violation.check in _CRASHES:
            steps = self._shortest(steps, violation)
            if len(steps) > 1:
                violation = replace(violation, check="state.crash-in-sequence")
        concrete = [step_of(one.exchange.request) for one in self.sequence.steps if one.step in steps]
        seen.take(
            violation,
            played.step.subject,
            played.exchange,
            scenario=session.findings.scenario(concrete),
            handler=session.handler_of(played.step.subject),
            play=replace(self.play, steps=tuple(steps)),
            expectation=played.step.expectation,
        )

    def _shortest(self, steps: list[SequenceStep], violation: Violation) -> list[SequenceStep]:
        """Leave out the steps that are not needed to see a violation of the last one."""
        seen, executor = self.work.seen, self.observer.executor
        key = seen.key(violation, steps[-1].subject)

        async def shows(shorter: list[SequenceStep]) -> bool:
            await executor.restart()
            again = await _play(self.observer, replace(self.play, steps=tuple(shorter)), work=self.work)
            return any(
                seen.key(other, again.steps[at].step.subject) == key
                for at, other in again.wrong()
                if at < len(again.steps)
            )

        return executor.run(shrink_sequence(steps, shows, executions=_SHRINK_EXECUTIONS))


def observe_sequence(session: Session, observer: Observer, candidate: Candidate) -> Finding | None:
    """Play the sequence of a candidate on fresh state; return the finding if it was seen."""
    play = candidate.play
    if play is None:
        return None
    executor = observer.executor
    executor.run(executor.restart())
    sequence = executor.run(_play(observer, play))
    for index, violation in sequence.wrong():
        played = sequence.steps[index]
        checked = violation
        if violation.check in _CRASHES and candidate.finding.check == "state.crash-in-sequence":
            checked = replace(violation, check="state.crash-in-sequence")
        subject = played.step.subject
        finding = session.findings.build(checked, subject, handler=session.handler_of(subject), seen=played.exchange)
        if finding is not None and finding.fingerprint == candidate.finding.fingerprint:
            return finding
    return None
