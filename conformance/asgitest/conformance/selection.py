"""Which checks run, and on which subjects.

A check is chosen by its id or the beginning of it: ``http``, ``http.head-parity``, ``asgi.http``; ASGI rule ids are
understood too (``ASGI-HTTP-002``). Between ``--select`` and ``--ignore`` the longer prefix wins, and ``--ignore`` in a
tie.

A subject is chosen by a pattern: ``GET /items/*``, ``/admin/*`` (any method), ``GET,PUT /items/{id}``, ``WS /chat``,
``LIFESPAN``, or an operation id. ``*`` stands for anything, and the names of path parameters do not matter.

Depends on: the catalogue and the options.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS, PLANNED
from asgitest.conformance.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgitest.conformance.catalogue import Severity
    from asgitest.conformance.options import RunOptions, SubjectOverride

__all__ = ["Selection", "expand_prefix", "matches_subject", "validate_checks"]

_PARAMETER = re.compile(r"\{[^{}]*\}")
_ALL = frozenset({"all", "*"})


def expand_prefix(prefix: str) -> tuple[str, ...]:
    """Find the ids of all checks a prefix stands for, in catalogue order; empty when there are none."""
    wanted = prefix.strip()
    if wanted.lower() in _ALL:
        return tuple(CHECKS)
    if wanted.upper().startswith("ASGI-"):
        rule = wanted.upper()
        return tuple(id_ for id_, check in CHECKS.items() if any(name.startswith(rule) for name in check.rules))
    return tuple(id_ for id_ in CHECKS if id_.startswith(wanted.lower().removesuffix("*")))


def validate_checks(prefixes: Iterable[str], *, option: str) -> None:
    """Make sure every prefix stands for something.

    Args:
        prefixes: As given.
        option: Where they were given, for the message.

    Raises:
        UsageError: For the first one that names no check.
    """
    for prefix in prefixes:
        if expand_prefix(prefix):
            continue
        if prefix.lower() in PLANNED:
            raise UsageError(f"{option}: the check {prefix!r} is planned but does not exist yet.")
        known = {*CHECKS, *(check.family for check in CHECKS.values()), *_rule_ids()}
        hint = nearest(prefix, known) or "asgitest list shows all checks."
        raise UsageError(f"{option}: there is no check {prefix!r}.", hint=hint)


def _rule_ids() -> set[str]:
    return {rule for check in CHECKS.values() for rule in check.rules}


@lru_cache(maxsize=1024)
def _pattern(text: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """Split a pattern into its methods (empty: any) and the expression for the rest."""
    head, _, rest = text.strip().partition(" ")
    methods, path = (head.upper().split(","), rest.strip()) if rest else ([], head)
    normal = _PARAMETER.sub("{}", path)
    expression = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", normal))
    return frozenset(methods) - {"*"}, re.compile(expression)


def matches_subject(pattern: str, operation: str, *, operation_id: str = "") -> bool:
    """Tell whether a pattern stands for a subject.

    Args:
        pattern: As in the module's description.
        operation: ``METHOD /path/{template}``, ``WS /path``, ``LIFESPAN``, ``SCHEMA`` or ``APP``.
        operation_id: The operation's id in the schema, if it has one.
    """
    methods, expression = _pattern(pattern)
    method, _, path = operation.partition(" ")
    if not path:
        return not methods and expression.fullmatch(operation) is not None
    if methods and method.upper() not in methods:
        return False
    if expression.fullmatch(_PARAMETER.sub("{}", path)):
        return True
    return not methods and bool(operation_id) and expression.fullmatch(operation_id) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the options choose. Built once for each process; asked for every check and subject.

    Args:
        options: The options of the run.
    """

    options: RunOptions
    _cache: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool], repr=False)

    def subject(self, operation: str, *, tags: Iterable[str] = (), operation_id: str = "") -> bool:
        """Tell whether a subject is tested."""
        options = self.options
        if options.tags and " /" in operation and not set(options.tags) & set(tags):
            return False
        if any(matches_subject(pattern, operation, operation_id=operation_id) for pattern in options.exclude):
            return False
        if any(override.skip for override in self.overrides(operation)):
            return False
        return not options.include or any(
            matches_subject(pattern, operation, operation_id=operation_id) for pattern in options.include
        )

    def check(self, check_id: str, operation: str = "") -> bool:
        """Tell whether a check runs; with *operation*, whether it runs there."""
        key = (check_id, operation)
        known = self._cache.get(key)
        if known is None:
            known = self._cache[key] = self._decide(check_id, operation)
        return known

    def _decide(self, check_id: str, operation: str) -> bool:
        options = self.options
        if not _chosen(check_id, options.select, options.ignore):
            return False
        return all(_chosen(check_id, o.select, o.ignore) for o in self.overrides(operation))

    def overrides(self, operation: str) -> tuple[SubjectOverride, ...]:
        """Find what holds only for a subject, in the order of the configuration."""
        if not operation:
            return ()
        return tuple(o for o in self.options.overrides if matches_subject(o.match, operation))

    def timeout(self, operation: str) -> float:
        """The deadline of one case of a subject, in seconds: the last override that says it, else the run's."""
        said = [override.timeout_seconds for override in self.overrides(operation) if override.timeout_seconds]
        return said[-1] if said else self.options.timeout_seconds

    def severity(self, check_id: str, default: Severity, operation: str = "") -> Severity:
        """Find the severity of a check at a subject: the longest prefix that was configured, the default otherwise."""
        found = _longest(check_id, self.options.severity, default)
        for override in self.overrides(operation):
            found = _longest(check_id, override.severity, found)
        return found


def _longest(check_id: str, by_prefix: Mapping[str, Severity], default: Severity) -> Severity:
    """Look a check up by the longest prefix that stands for it."""
    best = max((prefix for prefix in by_prefix if check_id in _expanded(prefix)), key=len, default=None)
    return default if best is None else by_prefix[best]


def _chosen(check_id: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Decide between select and ignore: the longer prefix wins, ignore in a tie."""
    chosen = _strength(check_id, select) if select else 0
    refused = _strength(check_id, ignore)
    return chosen >= 0 and (refused < 0 or chosen > refused)


def _strength(check_id: str, prefixes: tuple[str, ...]) -> int:
    """Return the length of the longest prefix that stands for the check, ``-1`` if none does."""
    return max(
        (len(prefix) if prefix.lower() not in _ALL else 0 for prefix in prefixes if check_id in _expanded(prefix)),
        default=-1,
    )


@lru_cache(maxsize=1024)
def _expanded(prefix: str) -> frozenset[str]:
    return frozenset(expand_prefix(prefix))
