"""JUnit XML: a suite for each subject, with a case for each check that found something and for each clean family.

Source: the format read by Jenkins, GitLab and GitHub actions. Depends on: grouping, text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.reports.blocks import block_lines, plain_text
from asgitest.conformance.reports.grouping import Group, place_of, subjects_of
from asgitest.conformance.reports.text import xml_text
from asgitest.conformance.verdict import fails

if TYPE_CHECKING:
    from asgitest.conformance.model import Finding, Run

__all__ = ["render_junit"]


def render_junit(run: Run) -> str:
    """Write a run as JUnit XML."""
    by_subject: dict[str, list[Finding]] = {subject: [] for subject in run.subjects}
    for finding in run.findings:
        for subject in subjects_of(finding):
            by_subject.setdefault(subject, []).append(finding)
    root = ET.Element("testsuites", name="asgitest", time=f"{run.statistics.wall_seconds:.3f}")
    families = tuple(dict.fromkeys(check.partition(".")[0] for check in run.checks))
    for subject, findings in by_subject.items():
        root.append(_suite(subject, findings, families=families, run=run))
    for name in ("tests", "failures", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(subject: str, findings: list[Finding], *, families: tuple[str, ...], run: Run) -> ET.Element:
    suite = ET.Element("testsuite", name=xml_text(subject), timestamp=run.started)
    cases = [_case(subject, finding, run) for finding in findings]
    dirty = {finding.check.partition(".")[0] for finding in findings}
    cases += [
        ET.Element("testcase", classname=xml_text(subject), name=family) for family in families if family not in dirty
    ]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.set("errors", "0")
    return suite


def _case(subject: str, finding: Finding, run: Run) -> ET.Element:
    case = ET.Element("testcase", classname=xml_text(subject), name=f"{finding.check} {finding.id}")
    place = place_of(finding)
    if place is not None:
        case.set("file", xml_text(place.file))
        case.set("line", str(place.line))
    text = xml_text(_text(finding))
    if fails(finding, run.fail_on):
        failure = ET.SubElement(case, "failure", type=finding.check, message=xml_text(finding.title))
        failure.text = text
    elif finding.status == "known":
        ET.SubElement(case, "skipped", message="known: in the baseline")
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _text(finding: Finding) -> str:
    text = plain_text(block_lines(Group(findings=(finding,), failing=True)))
    check = CHECKS.get(finding.check)
    return f"{text}\n{check.meaning}" if check else text
