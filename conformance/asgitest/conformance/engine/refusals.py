"""Requests with credentials that must be refused.

Depends on: strangers, values, options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.engine.strangers import without_fields
from asgitest.conformance.engine.values import with_identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asgitest.conformance.operation import Operation
    from asgitest.conformance.options import Identity
    from asgitest.conformance.records import Request

__all__ = ["refused_requests", "without_credentials"]

_USUAL = frozenset({b"authorization", b"proxy-authorization", b"cookie"})


def refused_requests(
    request: Request, operation: Operation, identities: Sequence[Identity]
) -> Iterator[tuple[Identity, Request]]:
    """Write a request anew as everybody whom the operation must refuse.

    Args:
        request: As somebody whom it serves.
        operation: What it is sent to.
        identities: Everybody the user has told of.
    """
    needed = {name for alternative in operation.security for name in alternative}
    for identity in identities:
        if identity.refused and needed and (not identity.schemes or needed & set(identity.schemes)):
            yield identity, with_identity(without_credentials(request, identities), identity)


def without_credentials(request: Request, identities: Iterable[Identity]) -> Request:
    """Take out of a request what anybody identifies themselves with."""
    headers, query = set(_USUAL), set[bytes]()
    for identity in identities:
        headers |= {name.lower().encode("latin-1", "replace") for name in identity.headers}
        query |= {name.encode("ascii", "replace") for name in identity.query}
    return without_fields(request, headers=headers, query=query)
