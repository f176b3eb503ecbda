"""What the command writes."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from asgitest.conformance.output import complain, say, write

if TYPE_CHECKING:
    import pytest


def test_lines_end_with_a_line_break(capsys: pytest.CaptureFixture[str]) -> None:
    say("a", "b")

    assert capsys.readouterr().out == "a\nb\n"


def test_a_complaint_shows_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    complain("no \x1b[31m module \u202e")

    assert capsys.readouterr().err == "asgitest: no \\x1b[31m module \\u202e\n"


def test_characters_the_terminal_lacks_are_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))

    write("café")
    sys.stdout.flush()

    assert raw.getvalue() == b"caf\\xe9"
