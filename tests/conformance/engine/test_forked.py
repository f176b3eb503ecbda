"""Work in a copy of the process."""

from __future__ import annotations

import os
import time

from asgitest.conformance.engine.forked import in_a_copy

CHANGED: list[int] = []


def test_a_result_comes_back_and_nothing_else() -> None:
    """What was changed was changed in the copy."""

    def work() -> int:
        CHANGED.append(1)
        return len(CHANGED)

    assert in_a_copy(work, seconds=30) == 1
    assert CHANGED == []


def test_a_copy_that_fails_or_dies_gives_nothing() -> None:
    """Neither ends the process it was copied from."""
    assert in_a_copy(lambda: 1 // 0, seconds=30) is None
    assert in_a_copy(lambda: os._exit(3), seconds=30) is None


def test_a_copy_that_takes_too_long_is_ended() -> None:
    """A deadline of nothing has passed at once."""
    assert in_a_copy(lambda: time.sleep(3600), seconds=0) is None
