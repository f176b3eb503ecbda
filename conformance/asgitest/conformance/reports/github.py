"""GitHub Actions: annotations on the source lines, and the job summary.

Source: GitHub Actions, workflow commands. Depends on: grouping, Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.reports.grouping import group_findings, place_of
from asgitest.conformance.reports.text import one_line, printable

if TYPE_CHECKING:
    from asgitest.conformance.model import Finding, Location, Run
    from asgitest.conformance.reports.grouping import Group

__all__ = ["render_github"]

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render_github(run: Run) -> str:
    """Write one workflow command for each group of findings that is new, and each place of it."""
    lines = [
        _command(finding)
        for group in group_findings(run.findings, fail_on=run.fail_on)
        if group.first.status != "known"
        for finding in _places(group)
    ]
    return "".join(line + "\n" for line in lines)


def _places(group: Group) -> list[Finding]:
    """The first finding of a group at each place."""
    by_place: dict[Location | None, Finding] = {}
    for finding in group.findings:
        by_place.setdefault(place_of(finding), finding)
    return list(by_place.values())


def _command(finding: Finding) -> str:
    properties = {"title": f"{finding.check}: {one_line(finding.title)}"}
    place = place_of(finding)
    if place is not None:
        properties = {"file": place.file, "line": str(place.line), **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    kind = "notice" if finding.flaky else _COMMANDS[finding.severity]
    return f"::{kind} {written}::{_data(_message(finding))}"


def _message(finding: Finding) -> str:
    lines = [finding.operation]
    if finding.expected and finding.actual:
        lines.append(f"expected: {finding.expected}, actual: {finding.actual}")
    else:
        lines.append(finding.actual or finding.message or finding.title)
    if finding.reproduction is not None and finding.reproduction.replay:
        lines.append(finding.reproduction.replay)
    return "\n".join(lines)


def _data(text: str) -> str:
    """Escape the message of a command."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
