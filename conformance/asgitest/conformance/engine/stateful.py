"""Plays sequences over one resource and tells of what they show, with the shortest sequence that shows it.

Depends on: scenes, execution, checks, the session.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.playing import Player
from asgitest.conformance.engine.scenes import write_scenes
from asgitest.conformance.engine.shrink import shrink_sequence

if TYPE_CHECKING:
    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.messages import Candidate
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.playing import Sequence
    from asgitest.conformance.engine.plays import Play, SequenceStep
    from asgitest.conformance.engine.resources import Resource
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.model import Finding

__all__ = ["observe_sequence", "run_resource"]

_CRASHES = frozenset({"http.unhandled-exception", "openapi.server-error"})
_SHRINK_EXECUTIONS = 40
_SCENES = 10
"""More than a turn has; the number of a sequence is made of both."""


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
                sequence = executor.run(Player(observer=observer, work=work, index=index).play(play))
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
    sequence: Sequence

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
            again = await Player(observer=self.observer, work=self.work).play(replace(self.play, steps=tuple(shorter)))
            return any(seen.key(other, again.steps[at].step.subject) == key for at, other in again.wrong())

        return executor.run(shrink_sequence(steps, shows, executions=_SHRINK_EXECUTIONS))


def observe_sequence(session: Session, observer: Observer, candidate: Candidate) -> Finding | None:
    """Play the sequence of a candidate on fresh state; return the finding if it was seen."""
    play = candidate.play
    if play is None:
        return None
    executor = observer.executor
    executor.run(executor.restart())
    sequence = executor.run(Player(observer=observer).play(play))
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
