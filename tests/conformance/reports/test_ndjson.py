"""Events, one a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asgitest.conformance.events import FindingFound, Noted
from asgitest.conformance.options import Identity
from asgitest.conformance.redact import Redactor
from asgitest.conformance.reports.ndjson import NDJSONReport, event_line
from tests.conformance.builders import finding
from tests.conformance.reports.test_plain import EVENTS

if TYPE_CHECKING:
    from pathlib import Path


def test_every_event_is_a_json_object_with_its_name() -> None:
    names = [json.loads(event_line(event, Redactor()))["event"] for event in EVENTS]

    assert names[:3] == ["run-started", "subject-started", "subject-done"]
    assert {"case-progress", "finding-found", "worker-replaced", "noted", "run-finished"} <= {*names}


def test_a_finding_is_told_as_the_json_report_has_it() -> None:
    line = json.loads(event_line(FindingFound(finding=finding()), Redactor()))

    assert line["finding"] == finding().model_dump(mode="json")


def test_secrets_are_hidden() -> None:
    redactor = Redactor([Identity(name="ada", headers={"authorization": "Bearer 12345"})])

    assert "12345" not in event_line(Noted(text="Bearer 12345 was refused"), redactor)
    assert "12345" not in event_line(FindingFound(finding=finding(actual="Bearer 12345")), redactor)


def test_the_file_appears_whole_when_the_run_is_over(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    report = NDJSONReport(file, Redactor())

    for event in EVENTS:
        report(event)
    before = file.exists()
    report.close()

    assert not before
    assert len(file.read_text("utf-8").splitlines()) == len(EVENTS)
