"""The table of goals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgitest.conformance.coverage.goals import DIMENSIONS, Coverage, Goal, read_coverage
from asgitest.conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

ITEMS = Goal("operations", "GET /items")
STATUS = Goal("statuses", "GET /items", "404")
GOAL = '{"dimension": "statuses", "subject": "GET /", "detail": "", "standing": "noted", "tests": [1]}'
STEPS = st.lists(
    st.tuples(
        st.sampled_from([Goal(dimension, subject, "x") for dimension in DIMENSIONS for subject in ("GET /a", "WS /b")]),
        st.sampled_from(["", "test_1", "test_2"]),
        st.sampled_from(["noted", "undocumented"]),
    )
)


def build(steps: Iterable[tuple[Goal, str, Any]]) -> Coverage:
    coverage = Coverage()
    for goal, test, otherwise in steps:
        if test:
            coverage.reach(goal, test, otherwise=otherwise)
        else:
            coverage.expect(goal)
        coverage.sources[goal.subject] = f"app.py:{len(goal.dimension)}"
    return coverage


def test_a_goal_counts_when_it_is_expected_whether_or_not_it_was_reached_first() -> None:
    coverage = Coverage()

    coverage.reach(ITEMS, "test_a", otherwise="undocumented")
    coverage.expect(ITEMS)
    coverage.expect(STATUS)

    assert coverage.counts("operations") == (1, 1)
    assert coverage.counts("statuses") == (0, 1)


def test_what_nobody_expects_does_not_count() -> None:
    coverage = Coverage()

    coverage.reach(STATUS, "test_a", otherwise="undocumented")

    assert coverage.counts("statuses") == (0, 0)
    assert not coverage.expects(STATUS)


def test_methods_of_one_path_stand_together() -> None:
    coverage = Coverage()
    for subject in ("POST /b", "GET /a", "GET /b", "app:dependency"):
        coverage.expect(Goal("operations", subject))

    assert [goal.subject for goal, _ in coverage.of("operations")] == ["GET /a", "GET /b", "POST /b", "app:dependency"]


@given(STEPS, STEPS)
def test_merging_parts_in_any_order_gives_what_one_run_gives(one: list[Any], two: list[Any]) -> None:
    """So a run that was distributed reports what a run in one process reports."""
    whole, forwards, backwards = build([*one, *two]), build(one), build(two)

    forwards.merge(build(two))
    backwards.merge(build(one))

    assert forwards.as_json() == backwards.as_json() == whole.as_json() | {"sources": forwards.as_json()["sources"]}


@given(STEPS)
def test_a_table_survives_json(steps: list[Any]) -> None:
    coverage = build(steps)

    assert read_coverage(json.dumps(coverage.as_json())).as_json() == coverage.as_json()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cov.json is no JSON: "),
        ("[]", "cov.json is no coverage report of asgitest. Write one with --asgi-cov=json:FILE."),
        ('{"format": "other"}', "cov.json is no coverage report of asgitest."),
        (
            '{"format": "asgitest-coverage", "version": 99}',
            "cov.json is of version 99, but this asgitest reads version",
        ),
        ('{"format": "asgitest-coverage", "version": 1}', "cov.json is damaged: KeyError('tests')."),
        (
            f'{{"format": "asgitest-coverage", "version": 1, "tests": [], "sources": {{}}, "goals": [{GOAL}]}}',
            "cov.json is damaged: IndexError",
        ),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_coverage(text, name="cov.json")

    assert str(caught.value).startswith(sentence)
