"""Random numbers keyed by what they are for, so that no result depends on order or on the number of processes.

Depends on: the standard library.
"""

from __future__ import annotations

import hashlib
import random

__all__ = ["keyed_random", "keyed_seed"]


def keyed_seed(seed: int, *keys: str | int) -> int:
    """Derive a seed from the run's seed and a path of keys: family, subject, index.

    >>> keyed_seed(1, "fuzz", "GET /items") == keyed_seed(1, "fuzz", "GET /items")
    True
    >>> keyed_seed(1, "fuzz", "GET /items") == keyed_seed(1, "fuzz", "GET /users")
    False
    """
    text = "\x1f".join((str(seed), *(str(key) for key in keys)))
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def keyed_random(seed: int, *keys: str | int) -> random.Random:
    """Make a generator of random numbers for a path of keys."""
    return random.Random(keyed_seed(seed, *keys))  # noqa: S311  tests are not secrets
