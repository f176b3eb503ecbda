"""``asgitest export-tests``: the findings of a run as a pytest module.

Each test fails while its fault is there, and stays as a regression test once it is mended.

Depends on: reports as input, the models.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.errors import UsageError
from asgitest.conformance.files import write_atomically
from asgitest.conformance.last_run import choose_finding, read_run
from asgitest.conformance.output import say, write
from asgitest.conformance.reports.text import one_line, plural, printable
from asgitest.conformance.verdict import fails

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from asgitest.conformance.model import Finding, Run

__all__ = ["run", "tests_module"]

_LONGEST_NAME = 90
_WIDTH = 110


def run(arguments: argparse.Namespace) -> int:
    """Write the tests."""
    report = read_run(Path(arguments.source) if arguments.source else None)
    chosen = _chosen(report, arguments.id)
    if not chosen:
        raise UsageError("There is nothing to export: no finding of the report has a snippet.")
    text = tests_module(chosen, target=report.target)
    if arguments.output == "-":
        write(text)
        return 0
    write_atomically(Path(arguments.output), text)
    say(f"{arguments.output}: {plural(len(chosen), 'test')}; each fails while its fault is there")
    return 0


def _chosen(report: Run, prefixes: Sequence[str]) -> list[Finding]:
    """The findings that were named, else all that fail the run, else all; always with a snippet."""
    if prefixes:
        return [finding for finding in (choose_finding(report, one) for one in prefixes) if _has_snippet(finding)]
    every = [finding for finding in report.findings if _has_snippet(finding)]
    return [finding for finding in every if fails(finding, report.fail_on)] or every


def _has_snippet(finding: Finding) -> bool:
    return finding.reproduction is not None and bool(finding.reproduction.python)


def tests_module(findings: Iterable[Finding], *, target: str) -> str:
    """Write a module with a test for each finding.

    Args:
        findings: With snippets.
        target: What they were found in.
    """
    imports: dict[str, None] = {}
    tests: list[str] = []
    names: set[str] = set()
    for finding in findings:
        if finding.reproduction is None:
            continue
        head, _, body = finding.reproduction.python.partition("\n\n")
        imports |= dict.fromkeys(head.splitlines())
        tests.append("\n".join(_test(finding, body.strip("\n"), _name(finding, names))))
    standard = sorted(line for line in imports if line.startswith("import "))
    others = sorted(line for line in imports if not line.startswith("import "))
    head = "\n\n".join("\n".join(group) for group in (standard, others) if group)
    doc = f'"""Faults that asgitest found in {_docstring(target)}; each test fails while its fault is there."""'
    return "\n\n\n".join([f"{doc}\n\n{head}", *tests]) + "\n"


def _test(finding: Finding, body: str, name: str) -> Iterator[str]:
    yield f"def {name}():"
    title = _docstring(f"{finding.check}: {finding.title}")
    yield f'    """{title}.' + ('"""' if not finding.expected else "")
    if finding.expected:
        facts = f"Expected: {finding.expected} Seen: {finding.actual}" if finding.actual else finding.expected
        yield ""
        yield from (f"    {line}" for line in textwrap.wrap(_docstring(facts), _WIDTH))
        yield '    """'
    for mark in sorted(set(re.findall(r"\[redacted[^\]]*\]", body))):
        yield f"    # The report hides a secret: put it in place of {printable(mark)}."
    yield textwrap.indent(body, "    ")


def _docstring(text: str) -> str:
    """Text from a report as it can stand in a docstring."""
    return one_line(text).replace("\\", "\\\\").replace('"""', "'''").rstrip('."')


def _name(finding: Finding, taken: set[str]) -> str:
    """Name the test after the operation and the check; a number tells tests of one name apart."""
    words = re.sub(r"[^a-z0-9]+", "_", f"{finding.operation} {finding.check}".lower()).strip("_")
    name = base = f"test_{words[:_LONGEST_NAME].rstrip('_')}"
    number = 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
