"""The registry of checks: what each looks for, how severe it is, what to do about it.

``CHECKS`` holds every check that exists, by id, grouped by family in the order the families run. A check that is not
there cannot be reported; one that is there is implemented, or the tests fail.

Depends on: the standard library and the rules of ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue.asgi_checks import NAMED_CHECKS, checks_of_rules
from asgitest.conformance.catalogue.check import (
    CONFIDENCES,
    SEVERITIES,
    Check,
    Confidence,
    Origin,
    Severity,
    SpecLink,
)
from asgitest.conformance.catalogue.drift_checks import DRIFT_CHECKS
from asgitest.conformance.catalogue.http_checks import HTTP_CHECKS
from asgitest.conformance.catalogue.lifespan_checks import LIFESPAN_CHECKS
from asgitest.conformance.catalogue.openapi_checks import OPENAPI_CHECKS
from asgitest.conformance.catalogue.routes_checks import ROUTES_CHECKS
from asgitest.conformance.catalogue.schema_checks import SCHEMA_CHECKS
from asgitest.conformance.catalogue.schemathesis_checks import SCHEMATHESIS_CHECKS
from asgitest.conformance.catalogue.state_checks import STATE_CHECKS
from asgitest.conformance.catalogue.websocket_checks import WEBSOCKET_CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CHECKS",
    "CONFIDENCES",
    "FAMILIES",
    "PLANNED",
    "SEVERITIES",
    "Check",
    "Confidence",
    "Origin",
    "Severity",
    "SpecLink",
    "check_of_rule",
    "check_of_schemathesis",
]

_NAMED: tuple[Check, ...] = (
    *NAMED_CHECKS,
    *LIFESPAN_CHECKS,
    *HTTP_CHECKS,
    *WEBSOCKET_CHECKS,
)
_ALL: tuple[Check, ...] = (
    *SCHEMA_CHECKS,
    *ROUTES_CHECKS,
    *LIFESPAN_CHECKS,
    *NAMED_CHECKS,
    *checks_of_rules(frozenset(rule for check in _NAMED for rule in check.rules)),
    *HTTP_CHECKS,
    *OPENAPI_CHECKS,
    *STATE_CHECKS,
    *WEBSOCKET_CHECKS,
    *DRIFT_CHECKS,
    *SCHEMATHESIS_CHECKS,
)

CHECKS: Mapping[str, Check] = MappingProxyType({check.id: check for check in _ALL if not check.planned})
"""Every check that exists, by id."""

PLANNED: Mapping[str, Check] = MappingProxyType({check.id: check for check in _ALL if check.planned})
"""Checks whose ids are given away but which nobody runs yet."""

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(check.family for check in CHECKS.values()))
"""The families in the order they run."""

_OF_RULE = {rule: check for check in _ALL for rule in check.rules}
_OF_SCHEMATHESIS = {code: check for check in reversed(_ALL) for code in check.schemathesis}


def check_of_rule(rule_id: str) -> Check:
    """Find the one check that stands for an ASGI rule.

    Args:
        rule_id: As in :data:`asgitest.testclient.asgi.RULES`, in any case.

    Raises:
        KeyError: If there is no such rule, or it is one about servers.
    """
    return _OF_RULE[rule_id.upper()]


def check_of_schemathesis(code: str) -> Check | None:
    """Find the check that looks for what a Schemathesis failure code names (``ST101``), None if none does."""
    return _OF_SCHEMATHESIS.get(code)
