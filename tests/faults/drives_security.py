"""One driving request for each fault of the family `security`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "key-not-checked": lambda h: (
        h.get("/api/v1/keys").status_code == 200 and h.schema()["paths"]["/api/v1/keys"]["get"]["security"]
    ),
}
