"""What is left of a process that died."""

from __future__ import annotations

import os

from asgitest.conformance.engine.journal import Journal
from asgitest.conformance.records import Request


def test_another_process_reads_what_was_begun() -> None:
    """Also when the one that wrote has ended at once."""
    journal = Journal()
    request = Request(method="GET", target=b"/exit")
    pid = os.fork()
    if pid == 0:
        journal.begin(7, request)
        os._exit(3)
    os.waitpid(pid, 0)

    entry = journal.read()
    journal.close()

    assert (entry.index, entry.case) == (7, request)
    assert entry.started > 0


def test_between_cases_nothing_is_begun() -> None:
    """So that a pause is no hang."""
    journal = Journal()
    journal.begin(1, "case")
    journal.end()

    entry = journal.read()
    journal.close()

    assert (entry.started, entry.case) == (0.0, None)


def test_a_case_too_large_to_note_is_left_out() -> None:
    """Its number is noted all the same."""
    journal = Journal()
    journal.begin(2, b"a" * (1 << 20))

    entry = journal.read()
    journal.close()

    assert (entry.index, entry.case) == (2, None)
