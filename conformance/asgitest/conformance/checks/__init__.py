"""Checks: pure functions over records and inventories that return what is wrong.

Depends on: the records, the inventory, the catalogue.
"""

from __future__ import annotations

from asgitest.conformance.checks.crashes import check_crash, check_hang, root_exception
from asgitest.conformance.checks.documents import check_documents
from asgitest.conformance.checks.expectations import Expectation, check_expectation
from asgitest.conformance.checks.judging import Judge
from asgitest.conformance.checks.lifespans import check_lifespans
from asgitest.conformance.checks.protocol import check_exchange_rules, check_late_exception
from asgitest.conformance.checks.responses import check_response, documented_response
from asgitest.conformance.checks.routing import check_missing, check_routes
from asgitest.conformance.checks.semantics import check_semantics
from asgitest.conformance.checks.served import check_served
from asgitest.conformance.checks.sockets import check_socket
from asgitest.conformance.checks.validators import Validator, validator_of
from asgitest.conformance.checks.violation import Violation

__all__ = [
    "Expectation",
    "Judge",
    "Validator",
    "Violation",
    "check_crash",
    "check_documents",
    "check_exchange_rules",
    "check_expectation",
    "check_hang",
    "check_late_exception",
    "check_lifespans",
    "check_missing",
    "check_response",
    "check_routes",
    "check_semantics",
    "check_served",
    "check_socket",
    "documented_response",
    "root_exception",
    "validator_of",
]
