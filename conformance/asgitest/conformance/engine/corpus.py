"""The inputs of one subject that taught something, and what to try next because of them.

A case is kept when it reached a branch none before it reached, or brought the operands of a comparison nearer to each
other. What its comparisons propose is queued: replaced inputs, and steps along the slope of a number.

Depends on: the white box, cases.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from asgitest.conformance.case import ABSENT
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.whitebox import Proposal, distance, propose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from asgitest.conformance.case import Case
    from asgitest.conformance.whitebox import Comparison, Leaf, Observation

__all__ = ["Corpus", "leaves_of", "with_leaf"]

_MOST_QUEUED = 2000
_MOST_FOR_A_SITE = 400
_MOST_ENTRIES = 300
_DEEPEST = 8
_MOST_LEAVES = 60
_PLACES = {"path": "path_parameters", "query": "query", "header": "headers", "cookie": "cookies"}


def leaves_of(case: Case) -> dict[Leaf, Any]:
    """List the scalar inputs of a case by where they stand."""
    leaves: dict[Leaf, Any] = {}
    for place, attribute in _PLACES.items():
        values: Mapping[str, Any] = getattr(case, attribute)
        for name, value in values.items():
            _collect(value, (place, name), leaves)
    if case.raw_body is None and case.body is not ABSENT:
        _collect(case.body, ("body",), leaves)
    return leaves


def _collect(value: Any, at: Leaf, leaves: dict[Leaf, Any]) -> None:
    if len(leaves) >= _MOST_LEAVES or len(at) > _DEEPEST:
        return
    if is_object(value):
        for name, item in value.items():
            _collect(item, (*at, str(name)), leaves)
    elif is_array(value):
        for index, item in enumerate(value):
            _collect(item, (*at, index), leaves)
    elif isinstance(value, str | int | float) or value is None:
        leaves[at] = value


def with_leaf(case: Case, leaf: Leaf, value: Any) -> Case:
    """Replace one input of a case."""
    place = str(leaf[0])
    changes: dict[str, Any] = {"valid": None, "violated": "", "generator": "T3", "description": "feedback"}
    if place == "body":
        changes["body"] = _replaced(case.body, leaf[1:], value)
    else:
        attribute = _PLACES[place]
        values = dict(getattr(case, attribute))
        name = str(leaf[1])
        values[name] = _replaced(values.get(name), leaf[2:], value)
        changes[attribute] = values
    return replace(case, **changes)


def _replaced(holder: Any, path: Leaf, value: Any) -> Any:
    if not path:
        return value
    if is_array(holder) and isinstance(path[0], int) and path[0] < len(holder):
        return [*holder[: path[0]], _replaced(holder[path[0]], path[1:], value), *holder[path[0] + 1 :]]
    if is_object(holder):
        return {**holder, str(path[0]): _replaced(holder.get(str(path[0])), path[1:], value)}
    return holder


class _Origin(NamedTuple):
    """Where a proposed case comes from."""

    gaps: dict[int, float]
    leaf: Leaf
    value: Any


class Corpus:
    """What one subject has taught so far.

    Args:
        random: For choices.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._branches: set[int] = set()
        self._nearest: dict[tuple[int, str], float] = {}
        self._entries: list[Case] = []
        self._queue: deque[tuple[Case, _Origin | None]] = deque()
        self._known: set[tuple[Any, ...]] = set()
        self._proposed: dict[int, int] = {}
        self._origin: _Origin | None = None
        self.new_branches: list[int] = []

    def learn(self, case: Case, observation: Observation) -> bool:
        """Take in what a case made the app do; tell whether it was new."""
        origin, self._origin = self._origin, None
        fresh = observation.branches - self._branches
        if fresh:
            self._branches |= fresh
            self.new_branches.extend(sorted(fresh))
        nearer = [comparison for comparison in observation.comparisons if self._is_nearer(comparison)]
        if origin is not None:
            self._follow_slope(case, observation, origin)
        if not fresh and not nearer:
            return False
        if len(self._entries) < _MOST_ENTRIES:
            self._entries.append(case)
        self._queue_proposals(case, observation, observation.comparisons if fresh else nearer)
        return True

    def next(self) -> Case | None:
        """Return the next proposed case; None when there is none."""
        if not self._queue:
            return None
        case, self._origin = self._queue.popleft()
        return case

    def entry(self) -> Case | None:
        """Return a case that taught something, any of them."""
        return self._random.choice(self._entries) if self._entries else None

    def _is_nearer(self, comparison: Comparison) -> bool:
        gap = distance(comparison)
        key = (comparison.site, comparison.operator)
        if gap >= self._nearest.get(key, float("inf")):
            return False
        self._nearest[key] = gap
        return True

    def _queue_proposals(self, case: Case, observation: Observation, comparisons: Any) -> None:
        leaves = leaves_of(case)
        gaps = _gaps(observation)
        for comparison in comparisons:
            for proposal in propose(leaves, comparison):
                self._queue_one(case, proposal, gaps)
            if comparison.site in gaps:
                for leaf, value in leaves.items():
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        self._queue_one(case, Proposal(leaf, value + 1, comparison.site), gaps)

    def _queue_one(self, case: Case, proposal: Proposal, gaps: dict[int, float]) -> None:
        """Queue a case with one input replaced, unless it is known or its place has had enough."""
        leaf, value, site = proposal
        if len(self._queue) >= _MOST_QUEUED or self._proposed.get(site, 0) >= _MOST_FOR_A_SITE:
            return
        changed = with_leaf(case, leaf, value)
        key = _key_of(changed)
        if key in self._known:
            return
        self._known.add(key)
        self._proposed[site] = self._proposed.get(site, 0) + 1
        before = leaves_of(case).get(leaf)
        self._queue.append((changed, _Origin(gaps, leaf, before)))

    def _follow_slope(self, case: Case, observation: Observation, origin: _Origin) -> None:
        """Where one number changed and a gap with it, go to where the gap would be zero (secant method)."""
        value = leaves_of(case).get(origin.leaf)
        if not _is_number(value) or not _is_number(origin.value) or value == origin.value:
            return
        gaps = _gaps(observation)
        for site, gap in gaps.items():
            before = origin.gaps.get(site)
            if before is None or gap in (before, 0):
                continue
            target = value - gap * (value - origin.value) / (gap - before)
            if target != target or abs(target) > 1e300:  # noqa: PLR0124, PLR2004  not a number, or out of range
                continue
            wanted: float = round(target) if isinstance(value, int) else target
            self._queue_one(case, Proposal(origin.leaf, wanted, site), gaps)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _gaps(observation: Observation) -> dict[int, float]:
    """Compute the signed difference of numeric operands by place, the last time each was reached."""
    gaps: dict[int, float] = {}
    for comparison in observation.comparisons:
        left, right = comparison.left, comparison.right
        if _is_number(left) and _is_number(right):
            try:
                gaps[comparison.site] = float(left) - float(right)
            except OverflowError:
                continue
    return gaps


def _key_of(case: Case) -> tuple[Any, ...]:
    """Identify a case by its inputs."""
    return tuple(_frozen(leaves_of(case)))


def _frozen(leaves: dict[Leaf, Any]) -> Iterator[tuple[Leaf, str]]:
    for leaf, value in leaves.items():
        yield leaf, repr(value)
