"""Markdown: a page for a pull request, an issue, or the job summary of GitHub.

Nothing of the app is rendered: text stands in code spans and fences that it cannot close.

Depends on: grouping, the catalogue, the models.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.fingerprint import innermost_app_frame
from asgitest.conformance.reports.blocks import plain_text, summary_line
from asgitest.conformance.reports.grouping import group_findings, place_of, subjects_of
from asgitest.conformance.reports.text import clip, one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.model import Finding, Run
    from asgitest.conformance.reports.grouping import Group

__all__ = ["code_span", "fence", "render_markdown"]

_LONGEST = 300
_LONGEST_PAGE = 900_000
"""GitHub takes job summaries up to 1 MiB."""


def code_span(text: str) -> str:
    """Put text into a code span that it cannot end, with table separators escaped."""
    shown = clip(one_line(text), _LONGEST).replace("|", "\\|") or " "
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fence(text: str, language: str = "") -> str:
    """Put text into a fenced block that it cannot end."""
    shown = printable(text).rstrip("\n")
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{ticks}{language}\n{shown}\n{ticks}"


def render_markdown(run: Run) -> str:
    """Write a run as Markdown."""
    parts = [f"# asgitest: {code_span(run.target)}", plain_text(iter([summary_line(run)])).strip()]
    groups = group_findings(run.findings, fail_on=run.fail_on)
    if groups:
        parts.append(_table(groups))
    length = 0
    for group in groups:
        section = "\n\n".join(_section(group))
        length += len(section)
        if length > _LONGEST_PAGE:
            parts.append("More findings are left out here; the JSON report has them all.")
            break
        parts.append(section)
    return "\n\n".join(parts) + "\n"


def _table(groups: tuple[Group, ...]) -> str:
    rows = ["| severity | check | subjects | what |", "|---|---|---|---|"]
    for group in groups:
        first = group.first
        subjects = dict.fromkeys(subject for finding in group.findings for subject in subjects_of(finding))
        where = code_span(next(iter(subjects))) + (f" and {len(subjects) - 1} more" if len(subjects) > 1 else "")
        rows.append(f"| {_severity(first)} | `{first.check}` | {where} | {code_span(first.title)} |")
    return "\n".join(rows)


def _section(group: Group) -> Iterator[str]:
    first = group.first
    yield f"## {_severity(first)}: `{first.check}`"
    yield code_span(first.title)
    yield "\n".join(_facts(first))
    if first.exception is not None:
        yield fence(_traceback(first))
    check = CHECKS.get(first.check)
    if check is not None:
        links = ", ".join(f"[{link}]({link.url})" for link in check.spec)
        yield f"{check.meaning} **{check.advice}** {links}".strip()
    if first.reproduction is not None:
        if first.reproduction.curl:
            yield fence(first.reproduction.curl, "sh")
        if first.reproduction.python:
            yield fence(first.reproduction.python, "python")
    others = [subject for finding in group.findings[1:] for subject in subjects_of(finding)]
    if others:
        yield "Also: " + ", ".join(code_span(subject) for subject in dict.fromkeys(others))


def _severity(finding: Finding) -> str:
    """The severity, and what takes its weight away."""
    if finding.flaky:
        return f"{finding.severity}, flaky"
    return finding.severity if finding.status == "new" else f"{finding.severity}, {finding.status}"


def _facts(finding: Finding) -> Iterator[str]:
    yield f"- where: {', '.join(code_span(subject) for subject in subjects_of(finding))}"
    place = place_of(finding)
    if place is not None:
        yield f"- source: {code_span(f'{place.file}:{place.line}')}"
    if finding.expected:
        yield f"- expected: {code_span(finding.expected)}"
    if finding.actual:
        yield f"- actual: {code_span(finding.actual)}"
    yield f"- confidence: {finding.confidence}, origin: {finding.origin}, id: `{finding.id}`"


def _traceback(finding: Finding) -> str:
    exception = finding.exception
    if exception is None:
        return ""
    lines: list[str] = []
    frame = innermost_app_frame(exception)
    if frame is not None:
        lines += [f"{frame.file}:{frame.line} in {frame.qualname}", f"    {frame.source}"]
    return "\n".join([*lines, f"{exception.type}: {exception.message}"])
