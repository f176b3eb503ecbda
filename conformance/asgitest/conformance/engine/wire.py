"""A case as the request that is sent.

Depends on: cases, the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.records import Request

if TYPE_CHECKING:
    from asgitest.conformance.case import Case

__all__ = ["request_of"]


def request_of(case: Case) -> Request:
    """Write a case as the request that is sent."""
    wire = case.wire()
    target = wire.path.encode("ascii", "replace")
    if wire.query_string:
        target += b"?" + wire.query_string
    return Request(method=wire.method, target=target, headers=tuple(wire.headers), body=wire.body)
