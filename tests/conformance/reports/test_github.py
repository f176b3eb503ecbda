"""Workflow commands of GitHub."""

from __future__ import annotations

from asgitest.conformance.model import Location
from asgitest.conformance.reports.github import render_github
from tests.conformance.builders import finding, run_of
from tests.conformance.reports.runs import nasty, usual
from tests.conformance.reports.snapshot import assert_snapshot


def test_a_usual_run() -> None:
    assert_snapshot("github.txt", render_github(usual()))


def test_each_place_of_a_cause_is_annotated_once() -> None:
    places = [Location(file="main.py", line=line) for line in (3, 9, 9)]
    findings = [finding(operation=f"GET /{name}", location=place) for name, place in zip("abc", places, strict=True)]

    lines = render_github(run_of(*findings)).splitlines()

    assert [line.partition(",title")[0] for line in lines] == [
        "::warning file=main.py,line=3",
        "::warning file=main.py,line=9",
    ]


def test_an_app_cannot_begin_a_command_of_its_own() -> None:
    lines = render_github(nasty()).splitlines()

    assert [line for line in lines if not line.startswith(("::error ", "::warning ", "::notice "))] == []
    assert len(lines) == 1
