"""How often a candidate is tried, and with what: the shortest scenario first, then those with more of what went before.

Each attempt is a task of its own, so that it begins with the app as it was after the import: what an app keeps in its
modules is not carried from one attempt to the next.

Depends on: the messages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.engine.messages import Candidate, Judged
    from asgitest.conformance.model import Scenario

__all__ = ["next_attempt"]

_ONCE_A_PROCESS = frozenset({"lifespan.second-start-fails", "lifespan.restartable"})
"""What is about the second time in a process is there once."""


def next_attempt(message: Judged, *, times: int, fresh: bool) -> Candidate | None:
    """Say what is tried after an attempt; None when enough is known.

    Args:
        message: What came of the last one, and of those before it with the same scenario.
        times: How often a candidate has to be seen.
        fresh: Whether each attempt has a process of its own.
    """
    candidate = message.candidate
    if not fresh and (candidate.finding.check in _ONCE_A_PROCESS or _needs_others(candidate)):
        times = min(1, times)
    if message.seen < message.tried and candidate.probed is None:
        longer = next(_longer(candidate), None)
        if longer is not None:
            rest = tuple(one for one in _longer(candidate) if one != longer)
            again = replace(candidate, scenario=longer, original=None, histories=rest, seen=0, tried=0)
            return replace(again, play=None)
    if message.tried < times:
        return replace(candidate, seen=message.seen, tried=message.tried)
    return None


def _needs_others(candidate: Candidate) -> bool:
    """Whether it was seen after other requests: what those changed may still be changed the second time."""
    scenario = candidate.original or candidate.scenario
    return candidate.play is None and scenario is not None and len(scenario.steps) > 1


def _longer(candidate: Candidate) -> Iterator[Scenario]:
    """The scenarios that were not tried."""
    for scenario in (candidate.original, *candidate.histories):
        if scenario is not None and scenario != candidate.scenario:
            yield scenario
