"""A coverage table as the rows and totals that every report shows.

Depends on: goals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgitest.conformance.coverage.goals import DIMENSIONS, Dimension, Goal, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.coverage.goals import Coverage, Entry

__all__ = [
    "DependencyRow",
    "Row",
    "Summary",
    "Total",
    "below_thresholds",
    "percent",
    "shown",
    "summarise",
    "title_of",
]

_OF_SUBJECTS: tuple[Dimension, ...] = (
    "operations",
    "statuses",
    "media-types",
    "request-media-types",
    "parameters",
    "websockets",
)
_TITLES: Mapping[Dimension, str] = {
    "operations": "operations",
    "statuses": "statuses",
    "media-types": "response media types",
    "request-media-types": "request media types",
    "parameters": "parameters",
    "websockets": "WebSocket routes",
    "dependencies": "dependencies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The number of one dimension."""

    dimension: Dimension
    reached: int
    expected: int

    @property
    def percent(self) -> float:
        """How much of it was reached, from 0 to 100; 100 when there is nothing to reach."""
        return percent(self.reached, self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation, WebSocket route or opaque mount.

    Args:
        subject: Its name.
        source: ``file:line``; empty when it is not known.
        covered: Whether any test reached it.
        tests: All tests that did.
        goals: Everything known of it, in the order of reports.
    """

    subject: str
    source: str
    covered: bool
    tests: tuple[str, ...]
    goals: tuple[tuple[Goal, Entry], ...]

    def counts(self, dimension: Dimension) -> tuple[int, int]:
        """Goals of one dimension: reached, expected."""
        expected = [entry for goal, entry in self.goals if goal.dimension == dimension and entry.standing == "expected"]
        return sum(1 for entry in expected if entry.tests), len(expected)

    @property
    def missing(self) -> tuple[Goal, ...]:
        """What is expected and was not reached; just the subject when nothing of it was."""
        left = tuple(goal for goal, entry in self.goals if entry.standing == "expected" and not entry.tests)
        return left if self.covered else tuple(Goal(goal.dimension, goal.subject) for goal in left[:1])

    @property
    def gaps(self) -> tuple[Goal, ...]:
        """What is missing, less the media types of statuses that are missing themselves."""
        statuses = {goal.detail for goal in self.missing if goal.dimension == "statuses"}
        return tuple(
            goal
            for goal in self.missing
            if goal.dimension != "media-types" or goal.detail.partition(" ")[0] not in statuses
        )

    @property
    def undocumented(self) -> tuple[Goal, ...]:
        """What was seen although the document says nothing of it."""
        return tuple(goal for goal, entry in self.goals if entry.standing == "undocumented")

    @property
    def noted(self) -> tuple[Goal, ...]:
        """What was seen and nobody asks for."""
        return tuple(goal for goal, entry in self.goals if entry.standing == "noted" and entry.tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyRow:
    """One dependency: by which tests it was in force, and by which it was replaced."""

    name: str
    source: str
    run: tuple[str, ...]
    overridden: tuple[str, ...]

    @property
    def state(self) -> str:
        """``run``, ``only overridden`` or ``never``."""
        if self.run:
            return "run"
        return "only overridden" if self.overridden else "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What reports show."""

    totals: tuple[Total, ...]
    rows: tuple[Row, ...]
    dependencies: tuple[DependencyRow, ...]


def summarise(coverage: Coverage) -> Summary:
    """Put a table into rows and totals."""
    totals = [Total(dimension=one, reached=reached, expected=expected) for one, reached, expected in _totals(coverage)]
    by_subject: dict[str, list[tuple[Goal, Entry]]] = {}
    for dimension in _OF_SUBJECTS:
        for goal, entry in coverage.of(dimension):
            by_subject.setdefault(goal.subject, []).append((goal, entry))
    rows = [_row(coverage, subject, by_subject[subject]) for subject in sorted(by_subject, key=place_of)]
    dependencies = sorted({goal.subject for goal, _ in coverage.of("dependencies")})
    return Summary(
        totals=tuple(totals),
        rows=tuple(rows),
        dependencies=tuple(_dependency_row(coverage, name) for name in dependencies),
    )


def below_thresholds(coverage: Coverage, thresholds: Mapping[Dimension, float]) -> Iterator[str]:
    """Yield a sentence for each dimension that does not reach its threshold, in percent."""
    for dimension, least in thresholds.items():
        reached, expected = coverage.counts(dimension)
        value = percent(reached, expected)
        if value < least:
            yield (
                f"API coverage of {_TITLES[dimension]} is {value:.2f} % ({reached} of {expected}), "
                f"but {least:g} % are required"
            )


def percent(reached: int, expected: int) -> float:
    """How many of a hundred; 100 when there is nothing to reach."""
    return 100.0 * reached / expected if expected else 100.0


def title_of(dimension: Dimension) -> str:
    """The name of a dimension in reports."""
    return _TITLES[dimension]


def shown(goal: Goal) -> str:
    """The detail of a goal, or what stands for the subject itself."""
    return goal.detail or "never called"


def _totals(coverage: Coverage) -> Iterator[tuple[Dimension, int, int]]:
    for dimension in DIMENSIONS:
        reached, expected = coverage.counts(dimension)
        if expected:
            yield dimension, reached, expected


def _row(coverage: Coverage, subject: str, goals: list[tuple[Goal, Entry]]) -> Row:
    tests = sorted({test for _, entry in goals for test in entry.tests})
    return Row(
        subject=subject,
        source=coverage.sources.get(subject, ""),
        covered=bool(tests),
        tests=tuple(tests),
        goals=tuple(goals),
    )


def _dependency_row(coverage: Coverage, name: str) -> DependencyRow:
    tests = {goal.detail: tuple(sorted(entry.tests)) for goal, entry in coverage.of("dependencies", name)}
    return DependencyRow(
        name=name,
        source=coverage.sources.get(name, ""),
        run=tests.get("run", ()),
        overridden=tests.get("overridden", ()),
    )
