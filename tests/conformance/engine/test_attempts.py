"""How often a candidate is tried, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.engine.attempts import next_attempt
from asgitest.conformance.engine.messages import Candidate, Judged
from asgitest.conformance.model import HTTPStep, Scenario
from tests.conformance.reports.runs import finding

if TYPE_CHECKING:
    from typing import Any


def scenario(*paths: str) -> Scenario:
    return Scenario(target="main:app", app_dir=".", steps=tuple(HTTPStep(method="GET", target=path) for path in paths))


def judged(*, seen: int, tried: int, **more: Any) -> Judged:
    candidate = Candidate(finding=finding(), **{"scenario": scenario("/a"), **more})
    return Judged(number=1, candidate=candidate, seen=seen, tried=tried)


def test_what_was_seen_is_tried_until_it_was_seen_often_enough() -> None:
    """Each time in a process of its own."""
    again = next_attempt(judged(seen=1, tried=1), times=2, fresh=True)

    assert again is not None
    assert (again.seen, again.tried) == (1, 1)
    assert next_attempt(judged(seen=2, tried=2), times=2, fresh=True) is None


def test_what_was_not_seen_is_tried_after_what_went_before() -> None:
    """From the shortest history to the longest; then it is left."""
    short, whole = scenario("/b", "/a"), scenario("/c", "/b", "/a")

    first = next_attempt(judged(seen=0, tried=1, original=short, histories=(short, whole)), times=2, fresh=True)
    assert first is not None
    assert (first.scenario, first.histories, first.tried) == (short, (whole,), 0)

    second = next_attempt(Judged(number=1, candidate=first, seen=0, tried=1), times=2, fresh=True)
    assert second is not None
    assert (second.scenario, second.histories) == (whole, ())

    assert next_attempt(Judged(number=1, candidate=second, seen=0, tried=2), times=2, fresh=True) is None


def test_in_one_process_what_needs_others_is_tried_once() -> None:
    """What they changed may still be changed the second time."""
    alone = judged(seen=1, tried=1)
    after = judged(seen=1, tried=1, scenario=scenario("/b", "/a"))

    assert next_attempt(alone, times=2, fresh=False) is not None
    assert next_attempt(after, times=2, fresh=False) is None
