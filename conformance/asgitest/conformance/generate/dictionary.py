"""Values worth trying because somebody named them: literals of the source, identifiers seen, values of the user.

Depends on: the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EMPTY", "Dictionary"]

_MOST = 512


@dataclass(slots=True, kw_only=True)
class Dictionary:
    """Values by type and by name of a parameter; the order in which they came decides, so that seeds reproduce.

    Args:
        strings: Text.
        integers: Whole numbers.
        numbers: Other numbers.
        by_name: Values for the parameters of a name; those of the user, and identifiers seen in responses.
        by_property: Values for the properties of bodies that refer to something by a name (``room_id``).
    """

    strings: list[str] = field(default_factory=list[str])
    integers: list[int] = field(default_factory=list[int])
    numbers: list[float] = field(default_factory=list[float])
    by_name: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    by_property: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])

    def add(self, value: Any) -> None:
        """Take a value in, under its type; what is there already, or no scalar, is left out."""
        match value:
            case bool():
                return
            case str():
                _append(self.strings, value)
            case int():
                _append(self.integers, value)
            case float():
                _append(self.numbers, value)
            case _:
                return

    def extend(self, values: Iterable[Any]) -> None:
        """Take several values in."""
        for value in values:
            self.add(value)

    def name(self, name: str, value: Any) -> None:
        """Take a value in for the parameters of that name."""
        _append(self.by_name.setdefault(name, []), value)


def _append(values: list[Any], value: Any) -> None:
    """Append a value that is new, while there is room."""
    if len(values) < _MOST and value not in values:
        values.append(value)


EMPTY = Dictionary()
"""Nothing known. Not to be added to."""
