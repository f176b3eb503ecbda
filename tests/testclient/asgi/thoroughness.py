"""How much of a proof is run: a part with the other tests, all of it with ``make proof``."""

from __future__ import annotations

import os

FULL = os.environ.get("ASGITEST_PROOF") == "full"
LENGTH = 5 if FULL else 2
"""Of the words that are all tried."""


def examples(part: int, *, full: int = 100_000) -> int:
    """How many conversations made by chance are tried."""
    return full if FULL else part
