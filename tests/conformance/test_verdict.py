"""Which findings fail a run."""

from __future__ import annotations

import pytest

from asgitest.conformance.verdict import ExitCode, exit_code, fails, sort_key
from tests.conformance.builders import crash, finding, run_of


@pytest.mark.parametrize(
    ("changes", "fails_run"),
    [
        ({}, True),
        ({"severity": "info"}, False),
        ({"confidence": "firm"}, True),
        ({"confidence": "tentative"}, False),
        ({"flaky": True}, False),
        ({"status": "known"}, False),
        ({"status": "expired"}, True),
        ({"status": "fixed"}, False),
    ],
)
def test_a_finding_fails_when_it_is_severe_sure_reproduced_and_new(
    changes: dict[str, object], *, fails_run: bool
) -> None:
    assert fails(finding(**changes), "warning") is fails_run


def test_a_warning_does_not_fail_a_run_that_fails_on_errors() -> None:
    assert not fails(finding(), "error")
    assert fails(crash(), "error")


def test_the_exit_code_says_what_happened() -> None:
    assert exit_code(run_of()) is ExitCode.CLEAN
    assert exit_code(run_of(crash())) is ExitCode.FINDINGS
    assert exit_code(run_of(crash(), interrupted=True)) is ExitCode.INTERRUPTED
    assert exit_code(run_of(internal_errors=("Traceback",))) is ExitCode.INTERNAL


def test_the_worst_and_surest_comes_first() -> None:
    first, second, third, last = crash(), crash(confidence="firm"), finding(), finding(severity="info")

    assert sorted([third, last, second, first], key=sort_key) == [first, second, third, last]
