"""How a run reads in a terminal, as lines of styled pieces; both the rich and the plain report show these.

A group of findings is one block of at most fourteen lines: what is wrong, where, what was sent, what was expected and
seen, what to do, and how to see it again.

Depends on: grouping, the catalogue, the models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.fingerprint import innermost_app_frame
from asgitest.conformance.quirks import QUIRKS
from asgitest.conformance.reports.grouping import group_findings, subjects_of, tally
from asgitest.conformance.reports.text import clip, one_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.model import Finding, Run
    from asgitest.conformance.reports.grouping import Group

__all__ = ["Line", "Piece", "block_lines", "plain_text", "run_lines", "summary_line"]

Piece = tuple[str, str]
"""Text and the name of its style."""

Line = tuple[Piece, ...]

_SHOWN_SUBJECTS = 3
_SHOWN_OTHERS = 3
_LONGEST_VALUE = 220
_LONGEST_CURL = 180
_LABEL_WIDTH = 9


def run_lines(run: Run, *, verbose: bool = False) -> Iterator[Line]:
    """Write a whole run: findings that matter in full, notes in one line each, then the summary.

    Args:
        run: What was found.
        verbose: Whether notes and known findings are shown in full too.
    """
    brief: list[Group] = []
    for group in group_findings(run.findings, fail_on=run.fail_on):
        if verbose or _matters(group):
            yield from block_lines(group)
            yield ()
        elif group.first.status != "known":
            brief.append(group)
    for group in brief:
        yield _brief_line(group)
    if brief:
        yield ()
    for note in run.notes:
        yield (("note      ", "dim"), (one_line(note), "dim"))
    yield summary_line(run)


def _matters(group: Group) -> bool:
    first = group.first
    return first.severity != "info" and first.status != "known" and not first.flaky


def _brief_line(group: Group) -> Line:
    first = group.first
    count = sum(len(subjects_of(finding)) for finding in group.findings)
    where = one_line(first.operation) if count == 1 else f"{one_line(first.operation)} and {count - 1} more"
    kind = "flaky     " if first.flaky else "note      "
    return ((kind, "dim"), (f"{first.check}  ", "check"), (one_line(first.title), ""), (f"  {where}", "dim"))


def block_lines(group: Group) -> Iterator[Line]:
    """Write one group of findings."""
    first = group.first
    yield _heading(first, failing=group.failing)
    yield _subjects_line(first)
    yield from _where(first)
    for label, text in _facts(first):
        yield _fact(label, text)
    yield from _others(group)
    yield from _again(first)


def _heading(finding: Finding, *, failing: bool) -> Line:
    word = finding.severity.upper() if failing else finding.severity
    pieces: list[Piece] = [
        (f"{word:<8}", finding.severity),
        (finding.check, "check"),
        (f"  {clip(one_line(finding.title), 110)}", "title"),
    ]
    extra = [part for part in (_status(finding), _confidence(finding)) if part]
    if extra:
        pieces.append((f"  ({', '.join(extra)})", "dim"))
    return tuple(pieces)


def _status(finding: Finding) -> str:
    if finding.flaky:
        return "flaky"
    return "" if finding.status == "new" else finding.status


def _confidence(finding: Finding) -> str:
    return "" if finding.confidence == "certain" else finding.confidence


def _subjects_line(finding: Finding) -> Line:
    subjects = [one_line(subject) for subject in subjects_of(finding)]
    shown, hidden = subjects[:_SHOWN_SUBJECTS], len(subjects) - _SHOWN_SUBJECTS
    text = ", ".join(shown) + (f" and {hidden} more" if hidden > 0 else "")
    times = f"  {plural(finding.count, 'time')}" if finding.count > 1 else ""
    return (("  ", ""), (text, "subject"), (times, "dim"))


def _where(finding: Finding) -> Iterator[Line]:
    exception = finding.exception
    frame = innermost_app_frame(exception) if exception else None
    if frame is not None and exception is not None and (frame.app or finding.location is None):
        yield _place_line(frame.file, frame.line, frame.qualname or "?")
        if frame.source:
            yield (("      ", ""), (clip(one_line(frame.source), 100), "source"))
    elif finding.location is not None:
        yield _place_line(finding.location.file, finding.location.line, finding.location.qualname)
    if exception is not None:
        yield (("      ", ""), (clip(one_line(f"{exception.type}: {exception.message}"), 160), "error"))


def _place_line(file: str, line: int, qualname: str) -> Line:
    """Write where to look."""
    name = f" in {one_line(qualname)}" if qualname else ""
    return (("  ", ""), (one_line(f"{file}:{line}"), "location"), (name, "dim"))


def _facts(finding: Finding) -> Iterator[tuple[str, str]]:
    sent = _sent(finding)
    if sent:
        yield "sent", sent
    if finding.exception is None:
        yield from _compared(finding)
    advice = _advice(finding)
    if advice:
        yield "do", advice
    if finding.spec:
        first = finding.spec[0]
        yield "spec", f"{first.document}, {first.section}" if first.section else first.document


def _compared(finding: Finding) -> Iterator[tuple[str, str]]:
    """What should have been and what was; an exception says that by itself."""
    if finding.expected:
        yield "expected", finding.expected
    if finding.actual:
        yield "actual", finding.actual
    elif finding.message and finding.message != finding.title:
        yield "what", finding.message


def _advice(finding: Finding) -> str:
    if finding.quirk is not None and finding.quirk in QUIRKS:
        return QUIRKS[finding.quirk].advice
    check = CHECKS.get(finding.check)
    return check.advice if check else ""


def _sent(finding: Finding) -> str:
    for evidence in finding.evidence:
        if evidence.request is not None:
            request = evidence.request
            body = request.body.text or "" if request.body else ""
            return f"{request.method} {request.target} {body}".rstrip()
    return ""


def _fact(label: str, text: str) -> Line:
    return ((f"  {label:<{_LABEL_WIDTH}}", "label"), (clip(one_line(text), _LONGEST_VALUE), ""))


def _others(group: Group) -> Iterator[Line]:
    others = group.findings[1:]
    for finding in others[:_SHOWN_OTHERS]:
        detail = finding.actual or finding.title
        yield (
            (f"  {'also':<{_LABEL_WIDTH}}", "label"),
            (", ".join(one_line(subject) for subject in subjects_of(finding)[:2]), "subject"),
            (f"  {clip(one_line(detail), 70)}", "dim"),
            (f"  {finding.id}", "dim"),
        )
    if len(others) > _SHOWN_OTHERS:
        yield ((f"  {'':<{_LABEL_WIDTH}}and {len(others) - _SHOWN_OTHERS} more of this cause", "dim"),)


def _again(finding: Finding) -> Iterator[Line]:
    again = finding.reproduction
    if again is None:
        return
    yield ((f"  {'again':<{_LABEL_WIDTH}}", "label"), (again.replay or f"asgitest replay {finding.id}", "command"))
    if again.curl and len(again.curl) <= _LONGEST_CURL:
        yield ((f"  {'':<{_LABEL_WIDTH}}", "label"), (one_line(again.curl), "command"))


def summary_line(run: Run) -> Line:
    """Write the last line: what was found, in how many cases, with which seed."""
    counts = tally(run)
    parts: list[Piece] = [] if counts.errors or counts.warnings else [("clean", "good")]
    for count, word, style in (
        (counts.errors, "error", "error"),
        (counts.warnings, "warning", "warning"),
        (counts.infos, "note", "dim"),
    ):
        if count:
            parts += [(", " if parts else "", ""), (plural(count, word), style)]
    if counts.known:
        parts.append((f", {counts.known} known", "dim"))
    if counts.flaky:
        parts.append((f", {counts.flaky} flaky", "dim"))
    if run.interrupted:
        parts.append((", interrupted", "warning"))
    stats = run.statistics
    did = f" in {plural(len(run.subjects), 'subject')}"
    if not stats.cases and not stats.wall_seconds:
        return (*parts, (did, "dim"))
    did += f", {plural(stats.cases, 'case')}, {stats.wall_seconds:.1f} s"
    if stats.branches is not None and stats.branches_total:
        did += f", {stats.branches} of {stats.branches_total} branches"
    return (*parts, (f"{did}  (seed {run.seed})", "dim"))


def plain_text(lines: Iterator[Line]) -> str:
    """Join styled lines into text without styles, with a final newline."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
