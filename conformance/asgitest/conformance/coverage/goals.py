"""What there is to cover, what was covered, and by which tests; as values that merge, and as JSON.

Everything is one flat table of goals. A goal belongs to a dimension and to a subject (an operation, a WebSocket route,
a dependency); its entry says whether anybody expects it, and which tests reached it. Merging tables is merging
entries, so the order in which parts of a run are merged cannot change the outcome.

Depends on: the errors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from asgitest.conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "DIMENSIONS",
    "FORMAT",
    "VERSION",
    "Coverage",
    "Dimension",
    "Entry",
    "Goal",
    "Standing",
    "place_of",
    "read_coverage",
]

Dimension = Literal[
    "operations", "statuses", "media-types", "request-media-types", "parameters", "websockets", "dependencies"
]
DIMENSIONS: tuple[Dimension, ...] = (
    "operations",
    "statuses",
    "media-types",
    "request-media-types",
    "parameters",
    "websockets",
    "dependencies",
)
"""In the order of reports."""

Standing = Literal["expected", "undocumented", "noted"]
"""Counted; seen although the document says nothing of it; seen, and nobody asks for it."""

FORMAT = "asgitest-coverage"
VERSION = 1

_RANK: dict[Standing, int] = {"noted": 0, "undocumented": 1, "expected": 2}


@dataclass(frozen=True, slots=True, order=True)
class Goal:
    """One thing that a test may reach.

    Args:
        dimension: Which number it belongs to.
        subject: ``GET /items/{id}``, ``WS /chat``, ``MOUNT /static`` or ``module:function``.
        detail: What of it: ``404``, ``200 application/json``, ``query limit invalid``; empty for the subject itself.
    """

    dimension: Dimension
    subject: str
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Entry:
    """The state of a goal.

    Args:
        standing: Whether it counts.
        tests: Node ids of the tests that reached it.
    """

    standing: Standing = "expected"
    tests: set[str] = field(default_factory=set[str])


class Coverage:
    """A table of goals."""

    def __init__(self) -> None:
        self.entries: dict[Goal, Entry] = {}
        self.sources: dict[str, str] = {}
        """For a subject, ``file:line``."""

    def expect(self, goal: Goal) -> None:
        """Count *goal*, whether or not it is ever reached."""
        self.entries.setdefault(goal, Entry()).standing = "expected"

    def reach(self, goal: Goal, test: str, *, otherwise: Standing = "noted") -> None:
        """Note that *test* reached *goal*.

        Args:
            goal: Which.
            test: Its node id.
            otherwise: What the goal is when nobody expects it.
        """
        entry = self.entries.setdefault(goal, Entry(standing=otherwise))
        entry.standing = max(entry.standing, otherwise, key=_RANK.__getitem__)
        entry.tests.add(test)

    def expects(self, goal: Goal) -> bool:
        """Whether *goal* counts."""
        entry = self.entries.get(goal)
        return entry is not None and entry.standing == "expected"

    def of(self, dimension: Dimension, subject: str | None = None) -> Iterator[tuple[Goal, Entry]]:
        """The goals of a dimension, or of one subject in it, sorted by subject and detail."""
        for goal in sorted(self.entries, key=_order):
            if goal.dimension == dimension and subject in {None, goal.subject}:
                yield goal, self.entries[goal]

    def counts(self, dimension: Dimension) -> tuple[int, int]:
        """How many expected goals of a dimension were reached, and how many there are."""
        expected = [entry for _, entry in self.of(dimension) if entry.standing == "expected"]
        return sum(1 for entry in expected if entry.tests), len(expected)

    def merge(self, other: Coverage) -> None:
        """Add everything that another part of the run knows."""
        for goal, entry in other.entries.items():
            own = self.entries.setdefault(goal, Entry(standing=entry.standing))
            own.standing = max(own.standing, entry.standing, key=_RANK.__getitem__)
            own.tests |= entry.tests
        for subject, source in other.sources.items():
            self.sources[subject] = min(source, self.sources.get(subject, source))

    def as_json(self) -> dict[str, Any]:
        """The table as JSON values: sorted, so that equal tables give equal text."""
        tests = sorted({test for entry in self.entries.values() for test in entry.tests})
        numbers = {test: number for number, test in enumerate(tests)}
        return {
            "format": FORMAT,
            "version": VERSION,
            "totals": {
                dimension: {"reached": counts[0], "expected": counts[1]}
                for dimension in DIMENSIONS
                if (counts := self.counts(dimension))[1]
            },
            "tests": tests,
            "sources": dict(sorted(self.sources.items())),
            "goals": [
                {
                    "dimension": goal.dimension,
                    "subject": goal.subject,
                    "detail": goal.detail,
                    "standing": entry.standing,
                    "tests": sorted(numbers[test] for test in entry.tests),
                }
                for dimension in DIMENSIONS
                for goal, entry in self.of(dimension)
            ],
        }


def read_coverage(text: str, *, name: str = "the report") -> Coverage:
    """Read a table from its JSON.

    Args:
        text: What :meth:`Coverage.as_json` gave, as text.
        name: Of the file, for the message.

    Raises:
        UsageError: If it is something else, or from a version that this one does not know.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name} is no JSON: {error}.") from None
    if not isinstance(document, dict) or cast("dict[str, Any]", document).get("format") != FORMAT:
        raise UsageError(f"{name} is no coverage report of asgitest.", hint="Write one with --asgi-cov=json:FILE.")
    table = cast("dict[str, Any]", document)
    if table.get("version") != VERSION:
        raise UsageError(
            f"{name} is of version {table.get('version')!r}, but this asgitest reads version {VERSION}.",
            hint="Write it again with this version.",
        )
    try:
        return _coverage_of(table)
    except (KeyError, IndexError, TypeError) as error:
        raise UsageError(f"{name} is damaged: {error!r}.") from None


def _coverage_of(table: dict[str, Any]) -> Coverage:
    """Build the table that JSON values describe."""
    coverage = Coverage()
    tests: list[str] = table["tests"]
    coverage.sources.update(table["sources"])
    for one in cast("Iterable[dict[str, Any]]", table["goals"]):
        entry = Entry(standing=one["standing"], tests={tests[number] for number in one["tests"]})
        coverage.entries[Goal(one["dimension"], one["subject"], one["detail"])] = entry
    return coverage


def place_of(subject: str) -> tuple[str, str]:
    """What subjects are sorted by: the path first, so that the methods of one path stand together."""
    verb, _, path = subject.partition(" ")
    return (path or verb, verb)


def _order(goal: Goal) -> tuple[tuple[str, str], str]:
    return (place_of(goal.subject), goal.detail)
