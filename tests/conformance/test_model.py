"""What a run found, as it crosses files."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from asgitest.conformance.model import Finding, HTTPStep, Run, SocketMessage, WebSocketStep
from tests.conformance.builders import finding, run_of, scenario
from tests.conformance.reports.runs import nasty, usual


@pytest.mark.parametrize("run", [usual(), run_of(interrupted=True)])
def test_a_report_comes_back_as_it_was_written(run: Run) -> None:
    assert Run.model_validate_json(run.model_dump_json()) == run


def test_bytes_and_steps_of_every_kind_survive() -> None:
    steps = (
        HTTPStep(method="POST", target="/", body=b"\x00\xff", chunks=(1, 1)),
        WebSocketStep(target="/ws", sends=(SocketMessage(data=b"\xff"), None), close_code=None),
    )
    given = scenario(*steps)

    assert type(given).model_validate_json(given.model_dump_json()) == given


def test_what_a_report_does_not_know_is_refused() -> None:
    """Otherwise a typo in a report made by hand would look like a value that is not there."""
    with pytest.raises(ValidationError):
        Finding.model_validate({**finding().model_dump(), "severty": "error"})


def test_a_finding_is_called_by_the_beginning_of_its_fingerprint() -> None:
    assert finding(fingerprint="abcdef0123456789").id == "abcdef0123"


def test_a_finding_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        finding().count = 3  # type: ignore[misc] # that is the test


def test_lone_surrogates_are_text_of_python_and_of_no_report() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        nasty().model_dump_json()
