"""From what was compared to what to try next: input-to-state matching and distances.

A comparison that failed names the value that would have passed it. Where the value under test stems from an input
(it is equal to it, contains it, is its length, its upper case, a number derived from it), the input is replaced so
that the comparison comes out the other way. Where no direct correspondence is found, the distance between the operands
is what a search minimises.

Source: the idea of input-to-state correspondence is Aschermann et al., "REDQUEEN" (NDSS 2019).
Depends on: what the recorder tells.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.whitebox.recorder import Comparison

__all__ = ["Leaf", "Proposal", "distance", "propose"]

Leaf = tuple[str | int, ...]
"""Where an input stands: ``("query", "limit")``, ``("body", "items", 0, "name")``."""

_LONGEST = 4096
_ORDERED = frozenset({"<", "<=", ">", ">="})


class Proposal(NamedTuple):
    """One input to replace.

    Args:
        leaf: Which.
        value: By what.
        site: The comparison it is meant to turn.
    """

    leaf: Leaf
    value: Any
    site: int


def plain(value: Any) -> Any:
    """Write a value as an input can carry it: enums as their values, dates, UUIDs and the like as text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def propose(leaves: Mapping[Leaf, Any], comparison: Comparison) -> Iterator[Proposal]:
    """List the inputs to replace so that a comparison comes out the other way.

    Args:
        leaves: The inputs of the case that made it.
        comparison: What was seen.
    """
    left, right = comparison.left, comparison.right
    several = right if _is_several(right) else (right,)
    pairs: list[tuple[Any, Any]] = []
    if comparison.operator in {"in", "not in"} and _is_several(right):
        pairs += [(left, member) for member in right]
    elif comparison.operator == "in" and isinstance(right, str) and isinstance(left, str):
        pairs.append((right, right + left))
        pairs.append((left, right))
    elif comparison.operator == "in text":
        pairs.append((left, f"{left}{right}"))
    elif comparison.operator in {"startswith", "endswith"}:
        pairs += [(left, text) for affix in several for text in _affixed(left, affix, comparison.operator)]
    elif comparison.operator != "match":
        pairs += [(left, right), (right, left)]
    for seen, wanted in pairs:
        for near in _neighbours(plain(wanted), comparison.operator):
            for leaf, value in leaves.items():
                for changed in _correspond(value, plain(seen), near):
                    yield Proposal(leaf, changed, comparison.site)


def _is_several(value: Any) -> TypeGuard[tuple[Any, ...]]:
    """Whether an operand is the members of a container, or several affixes."""
    return isinstance(value, tuple)


def _affixed(left: Any, right: Any, operator: str) -> Iterator[str]:
    """Put an affix on a text: in place of as many characters, and beside all of them."""
    text, affix = str(plain(left)), str(plain(right))
    if operator == "startswith":
        yield affix + text[len(affix) :]
        yield affix + text
    else:
        yield text[: -len(affix) or None] + affix
        yield text + affix


def _neighbours(value: Any, operator: str) -> Iterator[Any]:
    """List a wanted value and, for an order, the values around it."""
    yield value
    if operator in _ORDERED and isinstance(value, int | float) and not isinstance(value, bool):
        yield value + 1
        yield value - 1
    elif operator in _ORDERED and isinstance(value, str):
        yield from _neighbouring_dates(value)


def _neighbouring_dates(value: str) -> Iterator[str]:
    """List the days before and after a date; nothing for other text."""
    try:
        day = date.fromisoformat(value[:10])
        yield (day + timedelta(days=1)).isoformat() + value[10:]
        yield (day - timedelta(days=1)).isoformat() + value[10:]
    except (ValueError, OverflowError):
        return


def _correspond(value: Any, seen: Any, wanted: Any) -> Iterator[Any]:
    """List what an input becomes, if the operand that was seen stems from it."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        if value == seen:
            yield wanted
        return
    if isinstance(value, int | float):
        yield from _correspond_number(value, seen, wanted)
    elif isinstance(value, str):
        yield from _correspond_text(value, seen, wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _correspond_number(value: float, seen: Any, wanted: Any) -> Iterator[Any]:
    if value == seen or str(value) == seen:
        yield wanted
        return
    if _is_number(seen) and _is_number(wanted):
        moved = value + (wanted - seen)
        if isinstance(value, int) and isinstance(moved, float) and moved.is_integer():
            moved = int(moved)
        yield moved
        if isinstance(value, int) and wanted and not isinstance(wanted, float):
            yield value - (wanted - seen)


def _correspond_text(value: str, seen: Any, wanted: Any) -> Iterator[Any]:
    text, target = str(seen), str(wanted)
    if value == text:
        yield wanted if isinstance(wanted, str) else target
        return
    if _is_number(seen) and _is_number(wanted):
        if len(value) == seen and isinstance(wanted, int) and 0 <= wanted <= _LONGEST:
            yield from _of_length(value, wanted)
        moved = _moved_text(value, wanted - seen)
        if moved is not None:
            yield moved
    if isinstance(seen, str) and isinstance(wanted, str):
        yield from _replaced(value, text, target)


def _of_length(value: str, wanted: int) -> Iterator[str]:
    """Make a text longer or shorter: at its end, and in its middle."""
    more, middle = wanted - len(value), (len(value) + 1) // 2
    if more > 0:
        yield value + (value[-1:] or "a") * more
        yield value[:middle] + (value[middle : middle + 1] or "a") * more + value[middle:]
    else:
        yield value[:wanted]
        yield value[: wanted // 2] + value[len(value) - (wanted - wanted // 2) :]


def _moved_text(value: str, delta: float) -> str | None:
    """Move a number written as text; None for other text."""
    try:
        number = int(value)
    except ValueError:
        return None
    moved = number + delta
    return str(int(moved)) if isinstance(moved, int) or moved.is_integer() else str(moved)


def _replaced(value: str, seen: str, wanted: str) -> Iterator[str]:
    """Replace each occurrence of what was seen inside a text, also in another case, stripped, or reversed."""
    if not seen:
        if not value.strip():
            yield wanted
        return
    folded, needle = value.lower(), seen.lower()
    start = folded.find(needle)
    found = 0
    while start >= 0 and found < 8:  # noqa: PLR2004  more occurrences are not worth a case each
        yield value[:start] + wanted + value[start + len(seen) :]
        found += 1
        start = folded.find(needle, start + 1)
    if value[::-1] == seen:
        yield wanted[::-1]
    if value.strip() and value.strip().lower() in needle and len(seen) > len(value):
        yield from _unwrapped(value, seen, wanted)


def _unwrapped(value: str, seen: str, wanted: str) -> Iterator[str]:
    """Undo what code put around an input: ``"Bearer " + token`` compared with ``"Bearer x"``."""
    at = seen.lower().find(value.strip().lower())
    before, after = seen[:at], seen[at + len(value.strip()) :]
    if wanted.startswith(before) and wanted.endswith(after):
        yield wanted[len(before) : len(wanted) - len(after)]


def distance(comparison: Comparison) -> float:
    """Measure how far a comparison is from coming out equal: 0 for equal, ``inf`` where nothing can be said."""
    left, right = plain(comparison.left), comparison.right
    if _is_several(right):
        return min((_distance(left, plain(member)) for member in right[:16]), default=float("inf"))
    if comparison.operator == "startswith" and isinstance(left, str) and isinstance(right, str):
        return _distance(left[: len(right)], right)
    return _distance(left, plain(right))


def _distance(left: Any, right: Any) -> float:
    if _is_number(left) and _is_number(right):
        try:
            return abs(float(left) - float(right))
        except OverflowError:
            return float("inf")
    if isinstance(left, str) and isinstance(right, str):
        differing = sum(a != b for a, b in zip(left, right, strict=False))
        return 4.0 * abs(len(left) - len(right)) + differing
    return float("inf")
