"""One driving request for each fault of the family `streaming`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "stream-dies-midway": lambda h: h.raises("GET", "/rows?count=20"),
    "stream-of-numbers": lambda h: h.raises("GET", "/ticks"),
    "stream-length-wrong": lambda h: int((r := h.raw("GET", "/reports")).header("content-length")) != len(r.body),
    "events-ignore-disconnect": lambda h: h.outlives_disconnect("/events"),
    "stream-first-item-of-none": lambda h: h.raises("GET", "/tables?rows=0"),
}
