"""Plays sequences over one resource and tells of what they show, with the shortest sequence that shows it.

Depends on: scenes, execution, checks, the session.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from asgitest.conformance.checks.identifiers import identifier_of, names_itself
from asgitest.conformance.checks.sequences import Part, check_sequence
from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.plays import MARK
from asgitest.conformance.engine.scenes import write_scenes
from asgitest.conformance.engine.shrink import shrink_sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.messages import Candidate
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.plays import Play, SequenceStep
    from asgitest.conformance.engine.resources import Resource
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.model import Finding
    from asgitest.conformance.records import Exchange, Request

__all__ = ["observe_sequence", "run_resource"]

_CREATED = range(200, 300)
_CRASHES = frozenset({"http.unhandled-exception", "openapi.server-error"})
_SHRINK_EXECUTIONS = 40
_SCENES = 10
"""More than a turn has; the number of a sequence is made of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """One step of a sequence, and what came of it."""

    step: SequenceStep
    exchange: Exchange
    violations: list[Violation]
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    """A sequence that was played."""

    steps: tuple[_Played, ...]
    parameter: str

    def wrong(self) -> Iterator[tuple[int, Violation]]:
        """List what is wrong with each exchange, and with all of them together."""
        for index, played in enumerate(self.steps):
            for violation in played.violations:
                yield index, violation
        yield from check_sequence([one.part for one in self.steps], parameter=self.parameter)


# How it is played


@dataclass(slots=True, kw_only=True)
class _Player:
    """Plays one sequence.

    Args:
        observer: Sends and judges.
        work: Notes each request in its journal, when given.
        index: Under this number.
        known: Identifiers by slot.
    """

    observer: Observer
    work: Work | None = None
    index: int = 0
    known: dict[str, str | int] = field(default_factory=dict[str, "str | int"])

    async def play(self, play: Play) -> _Sequence:
        """Send the steps in order; those that need an identifier nobody gave are left out."""
        played: list[_Played] = []
        for step in play.steps:
            request = _bound(step.request, self.known)
            if request is None:
                continue
            exchange, violations = await self._send(step, request)
            played.append(_Played(step=step, exchange=exchange, violations=violations, part=self._part(step, exchange)))
            if exchange.hung:
                break
        return _Sequence(steps=tuple(played), parameter=play.parameter)

    async def _send(self, step: SequenceStep, request: Request) -> tuple[Exchange, list[Violation]]:
        if self.work is None:
            return await self.observer.request(request, step.subject, step.expectation)
        with self.work.noted(self.index, request):
            return await self.observer.request(request, step.subject, step.expectation)

    def _part(self, step: SequenceStep, exchange: Exchange) -> Part:
        """Say which part an exchange plays; learn the identifier of what it created."""
        if not step.parameter:
            return Part(role=step.role, exchange=exchange, identifier=str(self.known.get(step.slot, "")))
        if exchange.status not in _CREATED:
            return Part(role=step.role, exchange=exchange)
        assigned = step.identifier is None
        identifier = identifier_of(exchange, step.parameter) if step.identifier is None else step.identifier
        if identifier is None:
            return Part(role=step.role, exchange=exchange)
        if step.role != "refused create":
            self.known[step.slot] = identifier
        given = names_itself(exchange, step.parameter, identifier)
        return Part(role=step.role, exchange=exchange, identifier=str(identifier), assigned=assigned and not given)


def _bound(request: Request, known: dict[str, str | int]) -> Request | None:
    """Put identifiers in place of marks; None when one is not known."""
    target, body = request.target, request.body
    if MARK.encode() not in target and MARK.encode() not in body:
        return request
    for slot, identifier in known.items():
        mark = f"{MARK}{slot}-"
        target = target.replace(mark.encode(), quote(str(identifier), safe="").encode())
        body = body.replace(f'"{mark}"'.encode(), json.dumps(identifier).encode())
        body = body.replace(mark.encode(), quote(str(identifier), safe="").encode())
    if MARK.encode() in target or MARK.encode() in body:
        return None
    length = str(len(body)).encode()
    headers = tuple((name, length if name == b"content-length" else value) for name, value in request.headers)
    return replace(request, target=target, body=body, headers=headers)


def run_resource(work: Work, resource: Resource) -> None:
    """Play sequences over one resource.

    Args:
        work: The task.
        resource: Which.
    """
    turns = max(4, min(20, work.task.cases // 10))
    ends = time.monotonic() + max(work.task.seconds, 1.0) if work.task.seconds is not None else None
    with work.session.open() as executor:
        observer = work.session.observer(executor)
        for turn in range(turns):
            if turn > 1 and ends is not None and time.monotonic() > ends:
                return
            for number, play in enumerate(write_scenes(work.session, resource, turn)):
                index = turn * _SCENES + number
                if index in work.task.skip:
                    continue
                started = executor.run(executor.restart())
                if started.outcome in {"failed", "hung"}:
                    return
                sequence = executor.run(_Player(observer=observer, work=work, index=index).play(play))
                work.progress("state", len(sequence.steps))
                scene = _Scene(work=work, observer=observer, play=play, sequence=sequence)
                for at, violation in sequence.wrong():
                    scene.take(at, violation)


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
        # What the second DELETE brought back is seen by the step after it.
        end = index + 1 if violation.check != "state.delete-not-idempotent" else index + 2
        steps = [one.step for one in self.sequence.steps[:end]]
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
            again = await _Player(observer=self.observer, work=self.work).play(replace(self.play, steps=tuple(shorter)))
            return any(seen.key(other, again.steps[at].step.subject) == key for at, other in again.wrong())

        return executor.run(shrink_sequence(steps, shows, executions=_SHRINK_EXECUTIONS))


def observe_sequence(session: Session, observer: Observer, candidate: Candidate) -> Finding | None:
    """Play the sequence of a candidate on fresh state; return the finding if it was seen."""
    play = candidate.play
    if play is None:
        return None
    executor = observer.executor
    executor.run(executor.restart())
    sequence = executor.run(_Player(observer=observer).play(play))
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
