"""Values shown in findings, whatever they are."""

from __future__ import annotations

import pytest

from asgitest.testclient.asgi import RULES, Finding, Level
from asgitest.testclient.asgi.findings import show


class Unspeakable:
    def __repr__(self) -> str:
        raise LookupError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("short", "'short'"),
        (b"x" * 100, repr(b"x" * 60) + "..."),
        ("x" * 100, repr("x" * 60) + "..."),
        (list(range(100)), "a list of 100"),
        (dict.fromkeys(range(100), 1), "a dict of 100"),
        (Unspeakable(), "a Unspeakable"),
        (None, "None"),
    ],
)
def test_a_value_is_shown_in_one_short_line(value: object, shown: str) -> None:
    assert show(value) == shown


def test_a_long_repr_is_cut() -> None:
    assert show([f"{number:05}" for number in range(30)]).endswith("...")
    assert len(show([f"{number:05}" for number in range(30)])) < 80


def test_a_finding_reads_as_its_rule_and_what_is_wrong() -> None:
    finding = Finding(rule=RULES["ASGI-HTTP-002"], detail="started twice", level=Level.ERROR)

    assert str(finding) == "ASGI-HTTP-002: started twice"
    assert len(repr(finding)) < 200
