"""What the app's own code tells while one case runs: which way it branched, what it compared, what it caught.

Instrumented modules call the methods of :data:`RECORDER`. There is one in a process, because modules are instrumented
once; cases run one after the other, so between :meth:`Recorder.begin` and :meth:`Recorder.end` everything belongs to
one case.

Depends on: the standard library.
"""

from __future__ import annotations

import operator
import re
import sys
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sized

__all__ = ["OPERATORS", "RECORDER", "Comparison", "Observation", "Recorder"]

_EACH = 6
"""Comparisons kept for one place and one case."""
_ALL = 192
"""Comparisons kept for one case."""
_MEMBERS = 48
"""Members of a container kept for ``in``."""

_PLAIN = (int, float, str, bytes, date, time, timedelta, Decimal, UUID, Enum)


class Comparison(NamedTuple):
    """Two operands that met at one place.

    Args:
        site: Number of the place, unique in the process.
        operator: ``==``, ``<``, ``in``, ``startswith``, ``match`` and so on.
        left: What is usually the value under test.
        right: What it was compared with; the members, for ``in``.
    """

    site: int
    operator: str
    left: Any
    right: Any


class Observation(NamedTuple):
    """Everything one case made the app's code tell.

    Args:
        branches: Numbers of branches: two for each place.
        comparisons: In the order they happened, cut off.
        caught: Exceptions that handlers caught, with whether the handler stands around the call of the inner app.
    """

    branches: frozenset[int]
    comparisons: tuple[Comparison, ...]
    caught: tuple[tuple[BaseException, bool], ...]


def _contains(item: Any, container: Any) -> Any:
    return item in container


def _lacks(item: Any, container: Any) -> Any:
    return item not in container


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": _contains,
    "not in": _lacks,
}


class Recorder:
    """Collects what instrumented code tells. Every hook returns what the code it stands for would return."""

    __slots__ = ("_branches", "_caught", "_comparisons", "_full", "_kept")

    def __init__(self) -> None:
        self._branches: set[int] = set()
        self._comparisons: list[Comparison] = []
        self._caught: list[tuple[BaseException, bool]] = []
        self._kept: dict[int, int] = {}
        self._full: set[int] = set()

    def begin(self) -> None:
        """Forget what was told before: a case begins."""
        self._branches.clear()
        self._comparisons.clear()
        self._caught.clear()
        self._kept.clear()
        self._full.clear()

    def end(self) -> Observation:
        """Return what was told since :meth:`begin`."""
        return Observation(frozenset(self._branches), tuple(self._comparisons), tuple(self._caught))

    def reach(self, site: int) -> None:
        """Note that a block was entered, or a line reached."""
        self._branches.add(site * 2)

    def branch(self, site: int, value: Any) -> bool:
        """Note which way a test went."""
        outcome = bool(value)
        self._branches.add(site * 2 + outcome)
        return outcome

    def compare(self, place: tuple[int, str], left: Any, right: Any) -> Any:
        """Compare two operands and note them; *place* is a site and an operator."""
        result = OPERATORS[place[1]](left, right)
        if result is True or result is False:
            site = place[0]
            self._branches.add(site + site + result)
            if site not in self._full:
                self._keep(place, left, right)
        return result

    def operand(self, site: int, name: str, value: Any) -> Any:
        """Note one operand of a chain such as ``0 < x < 9``; *name* is the operator before it, empty for the first."""
        if name and self._kept.get(-site):
            previous = self._comparisons[-1] if self._comparisons else None
            if previous is not None and previous.site == site:
                left = previous.left if previous.operator == "" else previous.right
                self._comparisons[-1] = Comparison(site, name, left, value)
        elif not name and isinstance(value, _PLAIN) and len(self._comparisons) < _ALL:
            self._kept[-site] = 1
            self._comparisons.append(Comparison(site, "", value, value))
        return value

    def divisor(self, site: int, value: Any) -> Any:
        """Note what is divided by, next to the zero it must not be."""
        if isinstance(value, int | float):
            self._keep((site, "=="), value, 0)
        return value

    def item(self, site: int, container: Any, key: Any) -> Any:
        """Take an item of a container; note the key and the keys there are, or the index and the length."""
        if isinstance(container, dict):
            self._keep((site, "in"), key, container)
        elif isinstance(key, int) and isinstance(container, list | tuple | str):
            self._keep((site, "<"), key, len(cast("Sized", container)))
        return cast("Any", container)[key]

    def method(self, site: int, name: str, subject: Any, *arguments: Any) -> Any:
        """Call a method of a string, mapping or pattern; note what it was asked."""
        if isinstance(subject, str):
            if arguments:
                self._keep((site, name if name in {"startswith", "endswith"} else "in text"), subject, arguments[0])
        elif isinstance(subject, dict):
            if arguments:
                self._keep((site, "in"), arguments[0], subject)
        elif isinstance(subject, re.Pattern):
            if arguments:
                self._keep((site, "match"), arguments[0], cast("re.Pattern[str]", subject).pattern)
        elif subject is re and len(arguments) > 1 and isinstance(arguments[0], str):
            self._keep((site, "match"), arguments[1], arguments[0])
        result = getattr(cast("Any", subject), name)(*arguments)
        self._branches.add(site * 2 + (result is not None and result is not False))
        return result

    def subject(self, site: int, value: Any, constants: tuple[Any, ...]) -> Any:
        """Note the subject of a ``match`` statement and the constants of its cases."""
        self._keep((site, "in"), value, constants)
        return value

    def caught(self, *, boundary: bool) -> None:
        """Note the exception an ``except`` clause has just caught."""
        error = sys.exception()
        if error is not None and len(self._caught) < _EACH:
            self._caught.append((error, boundary))

    def note_caught(self, error: BaseException) -> None:
        """Note an exception that a handler of the framework was given."""
        if len(self._caught) < _EACH:
            self._caught.append((error, True))

    def _keep(self, place: tuple[int, str], left: Any, right: Any) -> None:
        """Keep a pair of operands, unless there are many."""
        site, name = place
        kept = self._kept.get(site, 0)
        if kept >= _EACH or len(self._comparisons) >= _ALL:
            self._full.add(site)
            return
        if not isinstance(left, _PLAIN):
            return
        if not isinstance(right, _PLAIN):
            right = _members(right)
            if right is None:
                return
        self._kept[site] = kept + 1
        self._comparisons.append(Comparison(site, name, left, right))


def _members(container: Any) -> tuple[Any, ...] | None:
    """Copy the first members of a container that may be gone after the case; None for anything else."""
    if isinstance(container, dict | set | frozenset | list | tuple):
        members = islice(cast("Iterable[Any]", container), _MEMBERS)
        return tuple(member for member in members if isinstance(member, _PLAIN))
    return None


RECORDER = Recorder()
"""The one that instrumented modules tell."""
