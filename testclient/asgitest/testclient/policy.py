"""What a finding leads to: an exception, a warning, or a line in a report.

Depends on: ledger, ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args

from asgitest.testclient.asgi import RULES, Level
from asgitest.testclient.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from asgitest.testclient.asgi import Finding, Scope

__all__ = ["Policy", "ValidateMode", "Verdict", "build_policy", "validation"]

# Messages out of order, which Starlette's client refuses as well.
_STARLETTE_REFUSES = frozenset({"ASGI-HTTP-001", "ASGI-HTTP-002", "ASGI-HTTP-006", "ASGI-EXT-006"})

ValidateMode = Literal["strict", "warn", "off", "starlette"]
_MODES: tuple[ValidateMode, ...] = get_args(ValidateMode)


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
        ledger: Where findings are written down.
    """

    mode: ValidateMode = "strict"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    routes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ledger: Ledger = field(default_factory=Ledger, compare=False, repr=False)

    def verdict(self, finding: Finding, path: str = "") -> Verdict:
        """Decide what *finding* leads to when it was made at *path*."""
        identifier = finding.rule.id
        mode = self.mode
        for change in _changes:
            mode = change.mode or mode
            if not change.considers(identifier):
                return Verdict.DROP
        if mode == "starlette":
            return Verdict.RAISE if identifier in _STARLETTE_REFUSES and finding.level is Level.ERROR else Verdict.NOTE
        if not self._considers(identifier, path):
            return Verdict.DROP
        if mode == "off" or finding.level is Level.INFO:
            return Verdict.NOTE
        return Verdict.RAISE if finding.level is Level.ERROR and mode == "strict" else Verdict.WARN

    def sort(self, findings: Iterable[Finding], scope: Scope) -> tuple[Finding | None, list[Finding]]:
        """Write findings down, and say what they lead to.

        Args:
            findings: Of one message, or of the end of a call.
            scope: Of the conversation.

        Returns:
            ``(raised, warned)``: the first to raise, if any, and those to warn of: each cause on each route once.
        """
        raised: Finding | None = None
        warned: list[Finding] = []
        for finding in findings:
            verdict = self.verdict(finding, str(scope.get("path", "")))
            if verdict is Verdict.DROP:
                continue
            entry = self.ledger.note(finding, scope)
            if verdict is Verdict.WARN and not entry.told:
                entry.told = True
                warned.append(finding)
            elif verdict is Verdict.RAISE and raised is None:
                raised = finding
        return raised, warned

    def _considers(self, identifier: str, path: str) -> bool:
        """Whether the rule is selected and not ignored, in general and at *path*."""
        if not _chosen(identifier, self.select, self.ignore):
            return False
        return not any(path.startswith(prefix) and identifier.startswith(ids) for prefix, ids in self.routes)


def _chosen(identifier: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    return not (select and not identifier.startswith(select)) and not (ignore and identifier.startswith(ignore))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What a test changes of the policies of all clients while it lasts."""

    mode: ValidateMode | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]

    def considers(self, identifier: str) -> bool:
        return _chosen(identifier, self.select, self.ignore)


# Apps run in threads and contexts of their own, and tests one at a time: a list of the process is what reaches them.
_changes: list[_Change] = []


@contextlib.contextmanager
def validation(mode: str | None = None, *, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Generator[None]:
    """Change how strict every client is, while the block lasts: for one test, or a part of one.

    Args:
        mode: ``"strict"``, ``"warn"`` or ``"off"``; what each client says if not given.
        select: Prefixes of rule ids to check, among those that the client checks.
        ignore: Prefixes of rule ids not to check.

    Raises:
        ValueError: If the mode does not exist, or a prefix is the prefix of no rule.
    """
    checked: Any = None if mode is None else _checked_mode(mode)
    change = _Change(mode=checked, select=_prefixes(select), ignore=_prefixes(ignore))
    _changes.append(change)
    try:
        yield
    finally:
        _changes.remove(change)


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
    if not (select or ignore or routes):
        return Policy(mode=_checked_mode(mode))  # the usual one
    per_route = tuple((prefix, _prefixes(ids)) for prefix, ids in (routes or {}).items())
    return Policy(mode=_checked_mode(mode), select=_prefixes(select), ignore=_prefixes(ignore), routes=per_route)


def _checked_mode(mode: str) -> ValidateMode:
    for known in _MODES:
        if mode == known:
            return known
    raise ValueError(f"validate={mode!r} is not a mode; choose 'strict', 'warn', 'off' or 'starlette'")


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
