"""Family ``asgi``: which rules a conversation broke. The rules themselves are judged by the test client's core.

Source: ASGI 3.0. Depends on: the catalogue, the records.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import SEVERITIES, check_of_rule
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.records import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.conformance.catalogue import Severity
    from asgitest.conformance.records import LifespanRecord, RuleBroken, SocketRecord

__all__ = ["check_exchange_rules", "check_late_exception", "check_rules"]

_VALUE = re.compile(r"""(?:b?'[^']*'|b?"[^"]*"|\d+)""")
_BODY_AT_HEAD = "ASGI-HTTP-028"
_CLOSE_REASON = "ASGI-WS-012"
_ERRORS_OF_PYDANTIC = "[{'type': "


def check_rules(broken: Iterable[RuleBroken]) -> Iterator[Violation]:
    """List the rules that were broken, each cause once."""
    seen: set[tuple[str, str]] = set()
    for found in broken:
        cause = (found.rule, _VALUE.sub("*", found.detail))
        if cause in seen:
            continue
        seen.add(cause)
        try:
            check = check_of_rule(found.rule)
        except KeyError:
            continue
        yield Violation(
            check=check.id,
            message=f"{found.rule}: {found.detail}",
            cause=(found.rule,),
            severity=check.severity if _rank(check.severity) >= _rank(found.level) else found.level,
            rule=found.rule,
            quirk=_trait(found),
        )


def _trait(found: RuleBroken) -> str | None:
    """Recognise what a framework does by itself."""
    if found.rule == _BODY_AT_HEAD:
        return "starlette.head-body"
    if found.rule == _CLOSE_REASON and _ERRORS_OF_PYDANTIC in found.detail:
        return "fastapi.websocket-close-reason"
    return None


def _rank(severity: Severity) -> int:
    """How bad a severity is."""
    return SEVERITIES.index(severity)


def check_exchange_rules(exchange: Exchange | SocketRecord | LifespanRecord) -> Iterator[Violation]:
    """List the rules that an exchange, a session or a lifespan broke."""
    if exchange.broken:
        yield from check_rules(exchange.broken)
    if isinstance(exchange, Exchange):
        yield from _check_stayed(exchange)


def _check_stayed(exchange: Exchange) -> Iterator[Violation]:
    """See whether the app went on with a stream that nobody reads any more."""
    if exchange.stayed:
        yield Violation(
            check="asgi.http-032",
            message="ASGI-HTTP-032: the client has left, and the app goes on sending its stream.",
            cause=("stayed",),
            expected="The stream ends soon after http.disconnect.",
            actual="It was still sent a second later.",
            rule="ASGI-HTTP-032",
        )


def check_late_exception(exchange: Exchange) -> Iterator[Violation]:
    """See whether the app raised after a complete response that told of success."""
    response = exchange.response
    if exchange.exception is None or response is None or not response.complete or response.status >= 500:  # noqa: PLR2004  server errors are crashes
        return
    error = exchange.exception
    yield Violation(
        check="asgi.exception-after-response",
        message=f"{type(error).__name__} was raised after the response {response.status} was complete: {error}",
        exception=error,
        expected="Nothing is raised once the response is complete.",
        actual=f"{type(error).__name__}: {error}",
    )
