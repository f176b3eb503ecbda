"""What one task has seen so far: the first of every cause becomes a candidate, the others are counted.

Depends on: findings, messages.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from asgitest.conformance.engine.messages import Candidate, Found

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.checks import Expectation, Violation
    from asgitest.conformance.engine.findings import Findings, Seen
    from asgitest.conformance.engine.messages import Message, Task
    from asgitest.conformance.engine.plays import Play
    from asgitest.conformance.model import Scenario
    from asgitest.conformance.operation import Handler
    from asgitest.conformance.records import Request

__all__ = ["SeenInTask", "cause_of"]

_MOST = 40
"""Candidates of one task; more causes than that are one cause nobody recognised."""


def cause_of(violation: Violation, subject: str) -> tuple[Any, ...]:
    """Identify a violation cheaply, without describing its exception."""
    error = violation.exception
    place: tuple[Any, ...] = ()
    if error is not None:
        frames = list(traceback.extract_tb(error.__traceback__))
        own = [frame for frame in frames if "site-packages" not in frame.filename and "asgitest" not in frame.filename]
        # Where a recursion is when it ends is chance; where it came from is not.
        last = (own or frames)[:1] if isinstance(error, RecursionError) else (own or frames)[-1:]
        place = (type(error), *((frame.filename, frame.lineno) for frame in last))
    path = tuple("*" if isinstance(part, int) else part for part in violation.instance_path)
    return violation.check, subject, violation.cause, place, violation.keyword_path, path


class SeenInTask:
    """Collects the violations of a task.

    Args:
        task: Which.
        findings: Builds findings.
        tell: Tells the parent.
    """

    def __init__(self, task: Task, findings: Findings, tell: Callable[[Message], Any]) -> None:
        self.task = task
        self.counts: dict[str, int] = {}
        self._findings = findings
        self._tell = tell
        self._causes: dict[tuple[Any, ...], int] = {}
        self._fingerprints: dict[tuple[Any, ...], str] = {}

    def key(self, violation: Violation, subject: str) -> tuple[Any, ...]:
        """Identify a violation."""
        return cause_of(violation, subject)

    def is_new(self, violation: Violation, subject: str) -> bool:
        """Count a violation; tell whether it is the first of its cause and shall be told."""
        key = cause_of(violation, subject)
        known = self._causes.get(key, 0)
        self._causes[key] = known + 1
        fingerprint = self._fingerprints.get(key)
        if fingerprint is not None:
            self.counts[fingerprint] = self.counts.get(fingerprint, 0) + 1
        return known == 0 and len(self._causes) <= _MOST

    def take(
        self,
        violation: Violation,
        subject: str,
        seen: Seen,
        *,
        scenario: Scenario,
        original: Scenario | None = None,
        expectation: Expectation | None = None,
        handler: Handler | None = None,
        seed_path: str = "",
        play: Play | None = None,
        probed: Request | None = None,
        lead: tuple[Request, ...] = (),
        histories: tuple[Scenario, ...] = (),
    ) -> None:
        """Make a candidate of a violation and tell of it."""
        finding = self._findings.build(violation, subject, handler=handler, seen=seen)
        if finding is None or finding.fingerprint in self.counts:
            return
        key = cause_of(violation, subject)
        self._fingerprints[key] = finding.fingerprint
        self.counts[finding.fingerprint] = max(1, self._causes.get(key, 1))
        candidate = Candidate(
            finding=finding,
            scenario=scenario,
            original=original,
            expectation=expectation,
            assertions=(violation.assertion,) if violation.assertion else (),
            seed_path=seed_path,
            play=play,
            probed=probed,
            lead=lead,
            histories=histories,
        )
        self._tell(Found(number=self.task.number, candidate=candidate))

    def fixed(self, violation: Violation, subject: str, *, handler: Handler | None = None) -> None:
        """Make a candidate that needs nothing to be sent."""
        finding = self._findings.build(violation, subject, handler=handler)
        if finding is None or finding.fingerprint in self.counts:
            return
        self.counts[finding.fingerprint] = 1
        self._tell(Found(number=self.task.number, candidate=Candidate(finding=finding, fixed=True)))
