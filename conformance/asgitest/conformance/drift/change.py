"""One difference between two documents.

Depends on: the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference.

    Args:
        check: Id of the check in the family ``drift``.
        operation: The label of the operation, as the old document has it; ``SCHEMA`` for webhooks and schemes.
        where: The place in the operation: ``query limit``, ``response 200 application/json /items/*/price``.
        before: What the old document says there.
        after: What the new one says.
    """

    check: str
    operation: str
    where: str = ""
    before: str = ""
    after: str = ""
