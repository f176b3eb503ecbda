"""One driving request for each fault of the family `background`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "background-key-error": lambda h: h.raises("POST", "/messages", json={"to": "zoe"}),
    "background-division": lambda h: h.raises("POST", "/statistics", json={"to": "ann", "text": ""}),
    "dependency-fails-on-exit": lambda h: h.raises("GET", "/transactions?dry=true"),
}
