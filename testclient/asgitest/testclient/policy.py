"""What a finding leads to: an exception, a warning, or a line in a report.

Depends on: ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, get_args

from asgitest.testclient.asgi import RULES, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgitest.testclient.asgi import Finding

# Messages out of order, which Starlette's client refuses as well.
_STARLETTE_REFUSES = frozenset({"ASGI-HTTP-001", "ASGI-HTTP-002", "ASGI-HTTP-006", "ASGI-EXT-006"})

__all__ = ["Policy", "ValidateMode", "Verdict", "build_policy"]

ValidateMode = Literal["strict", "warn", "off", "starlette"]


class Verdict(Enum):
    """What becomes of one finding."""

    RAISE = "raise"
    WARN = "warn"
    NOTE = "note"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How strict a client is about the rules of the ASGI specification.

    Args:
        mode: ``"strict"`` raises for MUST rules and warns for SHOULD rules, ``"warn"`` warns for both, ``"off"`` does
            neither, ``"starlette"`` raises what Starlette's client raises.
        select: Prefixes of rule ids to consider; empty for all.
        ignore: Prefixes of rule ids to leave out.
        routes: For a path prefix, more prefixes of rule ids to leave out there.
    """

    mode: ValidateMode = "strict"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    routes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def verdict(self, finding: Finding, path: str = "") -> Verdict:
        """Decide what *finding* leads to when it was made at *path*."""
        identifier = finding.rule.id
        if self.mode == "starlette":
            return Verdict.RAISE if identifier in _STARLETTE_REFUSES and finding.level is Level.ERROR else Verdict.NOTE
        if self.mode == "off" or finding.level is Level.INFO:
            return Verdict.NOTE
        if not self._considers(identifier, path):
            return Verdict.DROP
        if finding.level is Level.ERROR and self.mode == "strict":
            return Verdict.RAISE
        return Verdict.WARN

    def _considers(self, identifier: str, path: str) -> bool:
        """Whether the rule is selected and not ignored, in general and at *path*."""
        if self.select and not identifier.startswith(self.select):
            return False
        if self.ignore and identifier.startswith(self.ignore):
            return False
        return not any(path.startswith(prefix) and identifier.startswith(ids) for prefix, ids in self.routes)


_PLAIN: dict[str, Policy] = {mode: Policy(mode=mode) for mode in get_args(ValidateMode)}


def build_policy(
    mode: str = "strict",
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    routes: Mapping[str, Iterable[str]] | None = None,
) -> Policy:
    """Build a policy from what a user wrote, and refuse what cannot be meant.

    Args:
        mode: ``"strict"``, ``"warn"`` or ``"off"``.
        select: Prefixes of rule ids, such as ``"ASGI-HTTP"``.
        ignore: Prefixes of rule ids.
        routes: Path prefix to prefixes of rule ids to ignore there.

    Raises:
        ValueError: If the mode does not exist, or a prefix is the prefix of no rule.
    """
    if not (select or ignore or routes) and mode in _PLAIN:
        return _PLAIN[mode]
    if mode not in get_args(ValidateMode):
        raise ValueError(f"validate={mode!r} is not a mode; choose 'strict', 'warn', 'off' or 'starlette'")
    per_route = tuple((prefix, _prefixes(ids)) for prefix, ids in (routes or {}).items())
    return Policy(mode=mode, select=_prefixes(select), ignore=_prefixes(ignore), routes=per_route)  # type: ignore[arg-type]  # checked above


def _prefixes(ids: Iterable[str]) -> tuple[str, ...]:
    """Check that each id or prefix names at least one rule."""
    prefixes = (ids,) if isinstance(ids, str) else tuple(ids)
    for prefix in prefixes:
        if not prefix or not any(known.startswith(prefix) for known in RULES):
            from difflib import get_close_matches  # noqa: PLC0415 - only the error needs it

            near = get_close_matches(prefix.upper(), list(RULES), n=1, cutoff=0.3)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{prefix!r} is no rule id and no prefix of one{hint}")
    return prefixes
