"""Where a request leads: to the operation it was made for, or maybe to another one.

A path parameter can hold what leads elsewhere: nothing, so that ``GET /heroes/{id}`` becomes ``GET /heroes/``; the
literal of a neighbour, so that ``GET /users/{id}`` becomes ``GET /users/me``; or a slash. What comes back is then the
other operation's answer, and says nothing about the one that was meant.

Source: OpenAPI 3.1.1, Paths Object (concrete paths are matched before templated ones).
Depends on: the standard library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

__all__ = ["Destinations", "pattern_of"]

_PLACE = re.compile(r"\{[^{}]*\}")
_SLASHES = re.compile(r"//+")
_SOMETHING, _SEGMENT = ".+", "[^/]+"


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a path must fit to belong to a template, and what it must not fit."""

    own: re.Pattern[str]
    others: tuple[re.Pattern[str], ...]


@dataclass(slots=True)
class Destinations:
    """The path templates of an app.

    Args:
        templates: All that are known, the undocumented ones included.
    """

    templates: frozenset[str] = frozenset()
    _ways: dict[str, _Ways] = field(default_factory=dict[str, _Ways])

    def leads_elsewhere(self, template: str, target: bytes) -> bool:
        """Tell whether a request that was made for a template may be answered by another one, or by none.

        Args:
            template: Of the operation that was meant, with ``{name}`` for a parameter.
            target: Request target in origin form, percent-encoded.
        """
        if "{" not in template:
            return False
        ways = self._ways.get(template)
        if ways is None:
            ways = self._ways[template] = self._ways_of(template)
        path = unquote(target.partition(b"?")[0].decode("latin-1"))
        # Some routers take several slashes for one.
        return any(
            ways.own.fullmatch(one) is None or any(other.fullmatch(one) for other in ways.others)
            for one in {path, _SLASHES.sub("/", path)}
        )

    def _ways_of(self, template: str) -> _Ways:
        """A parameter of the template itself may take slashes; nobody says which one does."""
        rivals = (pattern_of(other) for other in sorted(self.templates) if _comes_before(other, template))
        return _Ways(pattern_of(template, _SOMETHING), tuple(rivals))


def _comes_before(other: str, template: str) -> bool:
    """Whether a router may choose *other* for a path that fits both: more concrete somewhere, or with other parts."""
    theirs, ours = _parts(other), _parts(template)
    if len(theirs) != len(ours):
        return True
    return any("{" not in their and "{" in our for their, our in zip(theirs, ours, strict=True))


def _parts(template: str) -> list[str]:
    return _PLACE.sub("{}", template).split("/")


def pattern_of(template: str, value: str = _SEGMENT) -> re.Pattern[str]:
    """A template as a pattern of the paths it stands for.

    Args:
        template: With ``{name}`` for a parameter.
        value: Pattern of what a parameter may be; one segment unless said otherwise.
    """
    return re.compile(value.join(map(re.escape, _PLACE.split(template))), re.DOTALL)
