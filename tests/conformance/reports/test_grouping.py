"""Findings by cause."""

from __future__ import annotations

from asgitest.conformance.model import Location
from asgitest.conformance.quirks import apply_quirk
from asgitest.conformance.reports.grouping import group_findings, place_of, subjects_of, tally
from tests.conformance.builders import crash, finding, run_of
from tests.conformance.reports.runs import usual


def test_the_worst_cause_comes_first() -> None:
    groups = group_findings([finding(), crash()])

    assert [group.first.severity for group in groups] == ["error", "warning"]
    assert [group.failing for group in groups] == [True, False]


def test_findings_of_one_check_are_one_group_and_those_of_another_status_are_not() -> None:
    one, other, known = finding(), finding(operation="GET /b"), finding(operation="GET /c", status="known")

    assert [len(group.findings) for group in group_findings([one, other, known])] == [2, 1]


def test_a_trait_of_a_framework_is_one_group_whatever_shows_it() -> None:
    traits = [apply_quirk(finding(operation=f"POST /{name}"), "fastapi.body-parse-400") for name in "ab"]

    assert len(group_findings(traits)) == 1


def test_the_place_is_the_handler_or_else_the_frame_of_the_app_that_raised() -> None:
    place = Location(file="main.py", line=9)

    assert place_of(finding(location=place)) == place
    assert place_of(crash()) == Location(file="main.py", line=12, qualname="read")
    assert place_of(finding()) is None


def test_the_operation_a_finding_was_first_seen_at_comes_first() -> None:
    assert subjects_of(finding(operation="GET /b", subjects=("GET /a", "GET /b"))) == ("GET /b", "GET /a")


def test_known_and_flaky_findings_are_counted_apart() -> None:
    counts = tally(usual())

    assert (counts.errors, counts.warnings, counts.infos, counts.known, counts.flaky) == (3, 1, 1, 1, 1)


def test_an_empty_run_counts_nothing() -> None:
    assert tally(run_of()).errors == 0
