"""``asgitest list`` and ``asgitest explain``.

Depends on: the catalogue, the quirks.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS, FAMILIES, PLANNED, check_of_rule
from asgitest.conformance.errors import UsageError, nearest
from asgitest.conformance.output import say
from asgitest.conformance.quirks import QUIRKS
from asgitest.conformance.selection import expand_prefix, validate_checks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from asgitest.conformance.catalogue import Check
    from asgitest.conformance.quirks import Quirk

__all__ = ["explain_lines", "list_lines", "run"]

_WIDTH = 100


def run(arguments: argparse.Namespace) -> int:
    """Print the list, or the explanation of one id."""
    if arguments.command == "explain":
        say(*explain_lines(arguments.id))
        return 0
    validate_checks(arguments.prefix, option="asgitest list")
    chosen = [CHECKS[id_] for id_ in CHECKS if not arguments.prefix or _begins(id_, arguments.prefix)]
    if arguments.json:
        say(json.dumps([dataclasses.asdict(check) for check in chosen], indent=2))
    else:
        say(*list_lines(chosen))
    return 0


def _begins(id_: str, prefixes: list[str]) -> bool:
    return any(id_ in expand_prefix(prefix) for prefix in prefixes)


def list_lines(checks: list[Check]) -> Iterator[str]:
    """Write checks by family: severity, id, title."""
    width = max((len(check.id) for check in checks), default=0)
    for family in FAMILIES:
        members = [check for check in checks if check.family == family]
        if not members:
            continue
        yield f"{family} ({len(members)})"
        for check in members:
            yield f"  {check.severity:<8}{check.id:<{width}}  {check.title}"
        yield ""
    yield f"{len(checks)} checks; asgitest explain ID says more about one"


def explain_lines(name: str) -> Iterator[str]:
    """Write everything about a check, a rule or a trait.

    Raises:
        UsageError: If there is none of that name.
    """
    if name in QUIRKS:
        return _quirk_lines(QUIRKS[name])
    check = CHECKS.get(name.lower())
    if check is None and name.upper().startswith("ASGI-"):
        check = _check_of_rule(name)
    if check is not None:
        return _check_lines(check)
    if name in PLANNED:
        raise UsageError(f"The check {name!r} is planned but does not exist yet.")
    known = {*CHECKS, *QUIRKS, *(rule for each in CHECKS.values() for rule in each.rules)}
    raise UsageError(f"There is no check {name!r}.", hint=nearest(name, known) or "asgitest list shows all checks.")


def _check_of_rule(name: str) -> Check | None:
    try:
        return check_of_rule(name)
    except KeyError:
        return None


def _check_lines(check: Check) -> Iterator[str]:
    yield f"{check.id}: {check.title}"
    yield f"{check.severity} by default, {check.confidence}"
    if check.meaning:
        yield ""
        yield from textwrap.wrap(check.meaning, _WIDTH)
    yield ""
    yield from textwrap.wrap(f"Do: {check.advice}", _WIDTH, subsequent_indent="    ")
    for word, example in (("Bad", check.bad), ("Good", check.good)):
        if example:
            yield ""
            yield f"{word}:"
            yield textwrap.indent(example.rstrip(), "    ")
    yield ""
    for link in check.spec:
        yield f"Spec: {link}  {link.url}"
    if check.rules:
        yield f"ASGI rules: {', '.join(check.rules)}"
    if check.schemathesis:
        yield f"Schemathesis: {', '.join(check.schemathesis)}"
    if check.wfc:
        yield f"Web Fuzzing Commons: {check.wfc}"
    yield f"Switch off: --ignore {check.id}"


def _quirk_lines(quirk: Quirk) -> Iterator[str]:
    yield f"{quirk.id}: {quirk.title}"
    yield "a trait of the framework: one note for the whole app, findings with --strict"
    yield ""
    yield f"Do: {quirk.advice}"
    yield f"Seen by: {', '.join(quirk.checks)}"
    if quirk.measured:
        yield f"Measured: {quirk.measured}"
