"""What a test has left behind, noted by whoever sees it, and told once, when the test is over.

Depends on: pytest.
"""

from __future__ import annotations

from typing import Literal

import pytest

__all__ = ["KINDS", "LEFT", "Kind", "note_left"]

Kind = Literal["tasks", "threads", "streams", "websockets", "overrides", "state", "environment"]
KINDS: tuple[Kind, ...] = ("tasks", "threads", "streams", "websockets", "overrides", "state", "environment")

LEFT = pytest.StashKey[list[tuple[Kind, str]]]()
"""In the stash of an item: what kind of thing was left, and a sentence about it."""


def note_left(item: pytest.Item, kind: Kind, sentence: str) -> None:
    """Note that the test of *item* has left something behind."""
    item.stash.setdefault(LEFT, []).append((kind, sentence))
