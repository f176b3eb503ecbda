"""Text from an app, made safe to show."""

from __future__ import annotations

import pytest

from asgitest.conformance.reports.text import clip, one_line, plural, printable, relative_uri, xml_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\ud800", r"\ud800"),
        ("a\u202eb", r"a\u202eb"),
        ("naïve café 本", "naïve café 本"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_what_acts_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_one_line_has_no_breaks() -> None:
    assert one_line(" a\r\n b\tc ") == "a b c"


def test_clipping_ends_with_an_ellipsis_and_is_no_longer_than_asked() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"


def test_a_count_agrees_with_its_noun() -> None:
    assert (plural(1, "case"), plural(1204, "case"), plural(0, "case")) == ("1 case", "1,204 cases", "0 cases")


def test_a_path_becomes_a_uri() -> None:
    assert relative_uri("a b\\c#d.py") == "a%20b/c%23d.py"


def test_xml_gets_no_character_it_cannot_carry() -> None:
    assert xml_text("\x00\ud800\ufffe<") == r"\x00\ud800\ufffe<"
