"""What a client has found, one line for each cause: a rule broken again on the same route is counted, not told again.

Depends on: ``asgitest.testclient.asgi``, errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asgitest.testclient.asgi import Finding, Scope
    from asgitest.testclient.errors import ProtocolViolation

__all__ = ["Ledger", "RouteFinding", "route_of"]


@dataclass(slots=True, kw_only=True)
class RouteFinding:
    """One cause of findings on one route.

    Args:
        finding: The first that was made.
        method: Of the request; empty for a WebSocket and the lifespan.
        route: The template of the route if the framework shows it in the scope, else the path.
        count: How often the rule was broken there.
        told: Whether it was warned of.
    """

    finding: Finding
    method: str
    route: str
    count: int = 1
    told: bool = False

    def __str__(self) -> str:
        place = f"{self.method} {self.route}".strip()
        times = f" ({self.count} times)" if self.count > 1 else ""
        return f"{self.finding} [{place}]{times}"


class Ledger:
    """The findings of one client, by cause."""

    __slots__ = ("_entries", "late")

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str, str, str], RouteFinding] = {}
        self.late: list[ProtocolViolation] = []
        """Violations that came after their call had been concluded; the next call tells them."""

    @property
    def findings(self) -> list[RouteFinding]:
        """One entry for each cause, in the order of their first findings."""
        return list(self._entries.values())

    def note(self, finding: Finding, scope: Scope) -> RouteFinding:
        """Write a finding down.

        Args:
            finding: Which.
            scope: Of the conversation, as the app has left it.

        Returns:
            The entry of its cause on that route.
        """
        method, route = str(scope.get("method", "")), route_of(scope)
        key = (finding.rule.id, finding.subject, method, route)
        entry = self._entries.get(key)
        if entry is not None:
            entry.count += 1
            return entry
        self._entries[key] = entry = RouteFinding(finding=finding, method=method, route=route)
        return entry

    def take_late(self) -> ProtocolViolation | None:
        """Take the oldest violation that nobody was told of; ``None`` if there is none."""
        return self.late.pop(0) if self.late else None


def route_of(scope: Scope) -> str:
    """Name the route of a call: its template where the framework shows it, below the mounts it was reached by."""
    template: Any = getattr(scope.get("route"), "path", None)
    if not isinstance(template, str):
        return str(scope.get("path", "lifespan"))
    root: Any = scope.get("root_path", "")
    if not isinstance(root, str):
        return template
    return root if root.endswith(template) else f"{root}{template}"  # the route is a mount where root ends with it
