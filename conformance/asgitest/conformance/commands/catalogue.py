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
from asgitest.testclient.asgi import RULES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from asgitest.conformance.catalogue import Check
    from asgitest.conformance.quirks import Quirk
    from asgitest.testclient.asgi import Rule

__all__ = ["explain_lines", "list_lines", "run"]

_WIDTH = 100
_LEVELS = {"ERROR": "error", "WARNING": "warning", "INFO": "info"}
_JUDGES = {
    "conversation": "in every conversation, by the test clients and by asgitest check",
    "probe": "with calls of its own, by asgitest check",
    "server": "by the test clients, which keep it themselves: no app can break it",
}


def run(arguments: argparse.Namespace) -> int:
    """Print the list, or the explanation of one id."""
    if arguments.command == "explain":
        say(*explain_lines(arguments.id))
        return 0
    validate_checks(arguments.prefix, option="asgitest list")
    chosen = [CHECKS[id_] for id_ in CHECKS if not arguments.prefix or _begins(id_, arguments.prefix)]
    planned = [] if arguments.prefix else list(PLANNED.values())
    if arguments.json:
        say(json.dumps([dataclasses.asdict(check) for check in (*chosen, *planned)], indent=2))
    else:
        say(*list_lines(chosen, planned))
    return 0


def _begins(id_: str, prefixes: list[str]) -> bool:
    return any(id_ in expand_prefix(prefix) for prefix in prefixes)


def list_lines(checks: list[Check], planned: list[Check]) -> Iterator[str]:
    """Write checks by family: severity, id, title; then those that do not exist yet."""
    width = max((len(check.id) for check in (*checks, *planned)), default=0)
    for family in FAMILIES:
        members = [check for check in checks if check.family == family]
        if not members:
            continue
        yield f"{family} ({len(members)})"
        for check in members:
            yield f"  {check.severity:<8}{check.id:<{width}}  {check.title}"
        yield ""
    if planned:
        yield f"planned ({len(planned)}): nothing looks for these yet"
        for check in planned:
            yield f"  {'-':<8}{check.id:<{width}}  {check.title}"
        yield ""
    yield f"{len(checks)} checks; asgitest explain ID says more about one"


def explain_lines(name: str) -> Iterator[str]:
    """Write everything about a check, a rule or a trait.

    Raises:
        UsageError: If there is none of that name.
    """
    if name in QUIRKS:
        return _quirk_lines(QUIRKS[name])
    rule = RULES.get(name.upper())
    if rule is not None:
        return _rule_lines(rule)
    check = CHECKS.get(name.lower()) or PLANNED.get(name.lower())
    if check is not None:
        return _check_lines(check)
    known = {*CHECKS, *PLANNED, *QUIRKS, *RULES}
    raise UsageError(f"There is no check {name!r}.", hint=nearest(name, known) or "asgitest list shows all checks.")


def _rule_lines(rule: Rule) -> Iterator[str]:
    """Write what the registry of rules says, and which check looks for it."""
    yield f"{rule.id}: {rule.title}"
    yield f"{_LEVELS[rule.level.name]}; checked {_JUDGES[rule.judged]}"
    yield ""
    yield from textwrap.wrap(f"Do: {rule.advice}", _WIDTH, subsequent_indent="    ")
    yield ""
    yield from textwrap.wrap(f"> {rule.quote}", _WIDTH, subsequent_indent="> ")
    for word, example in (("Bad", rule.bad), ("Good", rule.good)):
        yield from _example(word, example.source)
    yield ""
    yield f"Spec: {rule.spec}  {rule.url}"
    yield f"Page: docs/rules/{rule.id}.md"
    if rule.judged != "server":
        check = check_of_rule(rule.id)
        yield f"Check: {check.id}" + (" (planned)" if check.planned else "")


def _example(word: str, source: str) -> Iterator[str]:
    yield ""
    yield f"{word}:"
    yield textwrap.indent(source.rstrip(), "    ")


def _check_lines(check: Check) -> Iterator[str]:
    yield f"{check.id}: {check.title}"
    yield "planned: nothing looks for it yet" if check.planned else f"{check.severity} by default, {check.confidence}"
    if check.meaning:
        yield ""
        yield from textwrap.wrap(check.meaning, _WIDTH)
    yield ""
    yield from textwrap.wrap(f"Do: {check.advice}", _WIDTH, subsequent_indent="    ")
    for word, example in (("Bad", check.bad), ("Good", check.good)):
        if example:
            yield from _example(word, example)
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
