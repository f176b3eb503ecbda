"""Runs of one target, made into one."""

from __future__ import annotations

import pytest

from asgitest.conformance.errors import UsageError
from asgitest.conformance.merge import merge_findings, merge_runs, merge_statistics
from asgitest.conformance.model import Statistics
from tests.conformance.builders import finding, run_of


def test_findings_of_one_cause_become_one() -> None:
    one, other = finding(count=2), finding(operation="GET /b", fingerprint=finding().fingerprint, count=3)

    (merged,) = merge_findings([one, other])

    assert (merged.count, merged.subjects) == (5, ("GET /items/{id}", "GET /b"))


def test_a_finding_is_flaky_only_if_it_was_everywhere() -> None:
    flaky, sure = finding(flaky=True), finding()

    assert not merge_findings([flaky, sure])[0].flaky
    assert merge_findings([flaky, flaky])[0].flaky


def test_parts_make_a_whole() -> None:
    parts = [
        run_of(finding(operation="GET /a"), shard="1/2", subjects=("GET /a",)),
        run_of(finding(operation="GET /b"), shard="2/2", subjects=("GET /b",), interrupted=True),
    ]

    whole = merge_runs(parts)

    assert (whole.shard, whole.subjects, whole.interrupted) == (None, ("GET /a", "GET /b"), True)
    assert [one.operation for one in whole.findings] == ["GET /a", "GET /b"]
    assert whole.statistics.cases == 240
    assert whole.notes == ()


def test_a_missing_part_is_noted_and_one_given_twice_is_refused() -> None:
    assert merge_runs([run_of(shard="1/3"), run_of(shard="3/3")]).notes == ("Of 3 shards, 2 is missing.",)
    with pytest.raises(UsageError, match=r"Shard 1/2 is given twice\."):
        merge_runs([run_of(shard="1/2"), run_of(shard="1/2")])


def test_runs_of_two_apps_are_not_one() -> None:
    with pytest.raises(UsageError, match="Only runs of one target can be merged; these are of main:app and other:app"):
        merge_runs([run_of(), run_of(target="other:app")])


def test_time_is_that_of_the_longest_and_work_is_added_up() -> None:
    parts = [
        Statistics(cases=1, cpu_seconds=1, wall_seconds=5, branches=3, branches_total=9, by_family={"http": 1}),
        Statistics(cases=2, cpu_seconds=2, wall_seconds=4, by_family={"http": 2, "state": 1}),
    ]

    assert merge_statistics(parts) == Statistics(
        cases=3, cpu_seconds=3, wall_seconds=5, branches=3, branches_total=9, by_family={"http": 3, "state": 1}
    )
