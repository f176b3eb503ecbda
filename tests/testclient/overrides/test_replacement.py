"""What a dependency is replaced by, as a value."""

from __future__ import annotations

import pytest

from asgitest.testclient.overrides.replacement import Entry, Replacement, call, error, value, wrap


@pytest.mark.parametrize("make", [value, call, error, wrap])
def test_a_replacement_says_what_is_done_with_its_payload(make) -> None:
    assert make(len) == Replacement(kind=make.__name__, payload=len)


def test_an_entry_counts_its_uses() -> None:
    entry = Entry(len, value(3), "test.py:1")

    entry.called()
    entry.called()

    assert (entry.key, entry.payload, entry.place, entry.calls) == (len, 3, "test.py:1", 2)


def test_an_exception_is_raised_as_it_is_and_a_class_anew_each_time() -> None:
    one = LookupError("gone")
    try:
        raise one
    except LookupError:
        entry = Entry(len, error(one))
    of_class = Entry(len, error(LookupError))

    assert entry.raised() is one
    assert one.__traceback__ is None
    assert of_class.raised() is not of_class.raised()


def test_an_entry_lets_go_of_its_payload() -> None:
    entry = Entry(len, value([1]))

    entry.forget()

    assert entry.payload is None
    assert entry.replacement.kind == "value"
