"""JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from asgitest.conformance.reports.junit import render_junit
from tests.conformance.builders import finding, run_of
from tests.conformance.reports.runs import nasty, usual
from tests.conformance.reports.snapshot import assert_snapshot


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - what is read was written here


def test_a_usual_run() -> None:
    assert_snapshot("junit.xml", render_junit(usual()))


def test_the_counts_of_a_suite_are_those_of_its_cases() -> None:
    root = parsed(render_junit(usual()))

    for suite in root:
        assert int(suite.get("tests", "")) == len(suite)
        assert int(suite.get("failures", "")) == len(suite.findall("*/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("*/skipped"))
    assert int(root.get("failures", "")) == sum(len(suite.findall("*/failure")) for suite in root) == 6


def test_a_subject_without_findings_passes_in_every_family() -> None:
    root = parsed(render_junit(run_of(subjects=("GET /a",), checks=("http.charset", "openapi.body-schema"))))

    assert [case.get("name") for case in root.iter("testcase")] == ["http", "openapi"]


def test_a_warning_fails_when_the_run_fails_on_warnings() -> None:
    assert "<failure" not in render_junit(run_of(finding()))
    assert "<failure" in render_junit(run_of(finding(), fail_on="warning"))


def test_whatever_an_app_says_is_well_formed_xml() -> None:
    parsed(render_junit(nasty()))
