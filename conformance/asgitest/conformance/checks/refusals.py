"""Credentials that the user says must be refused: are they?

Source: OpenAPI 3.1, Security Requirement Object. Depends on: the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.checks.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.records import Exchange

__all__ = ["check_refused"]

_SUCCESS = range(200, 300)


def check_refused(exchange: Exchange, *, identity: str) -> Iterator[Violation]:
    """See whether a request with credentials that must be refused was served.

    Args:
        exchange: The request was served to somebody else before.
        identity: How the configuration calls whose credentials these are.
    """
    if exchange.status in _SUCCESS:
        yield Violation(
            check="openapi.ignored-auth",
            message=f"The credentials of {identity!r} must be refused, and the answer was {exchange.status}.",
            cause=("refused",),
            expected="401 or 403.",
            actual=str(exchange.status),
            assertion="assert response.status_code >= 400",
        )
