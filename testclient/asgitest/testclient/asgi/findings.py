"""What a check returns: problems while it looks, findings once they are placed in a conversation.

Depends on: rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from asgitest.testclient.asgi.kinds import class_of

if TYPE_CHECKING:
    from asgitest.testclient.asgi.rules import Level, Rule

__all__ = ["Finding", "Problem", "show"]

_SHOWN = 60


class Problem(NamedTuple):
    """A broken rule as a pure check sees it, before anybody knows where in the conversation it is.

    Args:
        rule_id: As in ``RULES``.
        detail: What is wrong, as a sentence without a final stop.
        subject: What it is wrong with; the same rule broken at the same subject is one finding.
        level: If it differs from the rule's.
    """

    rule_id: str
    detail: str
    subject: str
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken rule in one conversation.

    Args:
        rule: Which.
        detail: How it was broken, as a sentence without a final stop.
        level: The rule's, or what the circumstances make of it.
        index: Number of the message in the trace, from 1; ``None`` if no message is to blame.
        subject: What it is wrong with: the same rule broken at the same subject has the same cause.
    """

    rule: Rule
    detail: str
    level: Level
    index: int | None = None
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.rule.id}: {self.detail}"


def show(value: Any) -> str:
    """Show any value in one short line, whatever its own ``repr`` does.

    Args:
        value: Anything, also an object whose ``repr`` raises.
    """
    kind = class_of(value)
    if kind in {str, bytes, bytearray, list, tuple, dict, set, frozenset} and len(value) > _SHOWN:
        if kind in {str, bytes, bytearray}:
            return f"{value[:_SHOWN]!r}..."
        return f"a {kind.__name__} of {len(value)}"
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the object is the app's and may do anything
        return f"a {kind.__name__}"
    return text if len(text) <= _SHOWN + 20 else f"{text[:_SHOWN]}..."
