"""All checks of one exchange, in one call: what the engine asks after each case, and what an observer asks of traffic.

Depends on: the other checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgitest.conformance.checks.crashes import check_crash, check_hang
from asgitest.conformance.checks.expectations import Expectation, check_expectation
from asgitest.conformance.checks.protocol import check_exchange_rules, check_late_exception
from asgitest.conformance.checks.responses import check_response
from asgitest.conformance.checks.routing import check_missing
from asgitest.conformance.checks.semantics import check_semantics
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.destinations import Destinations

if TYPE_CHECKING:
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange

__all__ = ["Judge"]

_UNKNOWN = Expectation()
_ROUTER_ANSWERS = frozenset({404, 405, 307, 308})
_SLOW_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges exchanges of one app.

    Args:
        framework: Name of the adapter.
        timeout_seconds: The deadline of a case, for messages.
        timing: Whether checks that depend on time run.
        destinations: The paths of the app.
    """

    framework: str = ""
    timeout_seconds: float = 5.0
    timing: bool = True
    destinations: Destinations = field(default_factory=Destinations)

    def judge(
        self, exchange: Exchange, operation: Operation | None = None, expectation: Expectation = _UNKNOWN
    ) -> list[Violation]:
        """Check one exchange.

        Args:
            exchange: What was seen.
            operation: What was meant; None when nobody knows.
            expectation: What is known about the case.

        Returns:
            Everything that is wrong; empty for almost every exchange.
        """
        found: list[Violation] = []
        if exchange.broken or exchange.stayed:
            found += check_exchange_rules(exchange)
        if exchange.hung:
            found += check_hang(exchange, timeout_seconds=self.timeout_seconds)
            return found
        if exchange.exception is not None:
            found += check_late_exception(exchange)
        if exchange.exception is not None or exchange.hidden or exchange.status >= 500:  # noqa: PLR2004  server errors
            found += check_crash(operation, exchange)
            return found
        if self.timing and exchange.cpu_seconds > _SLOW_SECONDS:
            found.append(_slow(exchange))
        found += check_semantics(exchange)
        if operation is None or self.destinations.leads_elsewhere(operation.path, exchange.request.target):
            return found
        if expectation.valid and exchange.status in _ROUTER_ANSWERS:
            found += check_missing(operation, exchange)
        if exchange.routed is False and exchange.status in _ROUTER_ANSWERS:
            return found
        if exchange.request.method == operation.method:
            found += check_response(operation, exchange, framework=self.framework)
            found += check_expectation(operation, exchange, expectation)
        return found


def _slow(exchange: Exchange) -> Violation:
    return Violation(
        check="http.slow",
        message=f"The request took {exchange.cpu_seconds:.1f} s of CPU.",
        cause=("slow",),
        expected=f"Less than {_SLOW_SECONDS:g} s.",
        actual=f"{exchange.cpu_seconds:.1f} s",
    )
