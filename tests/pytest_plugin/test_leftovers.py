"""What a test has left behind is kept with the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.pytest_plugin.leftovers import LEFT, note_left

if TYPE_CHECKING:
    import pytest


def test_notes_are_kept_in_their_order(request: pytest.FixtureRequest) -> None:
    note_left(request.node, "tasks", "left a task")
    note_left(request.node, "threads", "left a thread")

    # Taken out again, because this test is an item itself and has left nothing.
    noted = request.node.stash[LEFT]
    del request.node.stash[LEFT]

    assert noted == [("tasks", "left a task"), ("threads", "left a thread")]
