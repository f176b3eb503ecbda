"""The report as one HTML file."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from asgitest.conformance.coverage.goals import Coverage, Goal
from asgitest.conformance.coverage.html import as_html
from asgitest.conformance.coverage.summary import summarise
from tests.conformance.coverage.test_summary import make_coverage

VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Checks that every element that is opened is closed, and keeps the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - given
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_well_formed_and_names_everything() -> None:
    text = read(as_html(summarise(make_coverage()))).text

    for part in (
        "GET /items",
        "418",
        "undocumented:",
        "test_b",
        "app.py:3",
        "only overridden",
        "25.0 %",
        "never called",
    ):
        assert part in text


def test_the_page_fetches_nothing() -> None:
    assert re.findall(r"(?:src|href|url)\s*[=(]|@import|https?:", as_html(summarise(make_coverage()))) == []


def test_nothing_of_an_app_is_rendered_unescaped() -> None:
    page = as_html(summarise(make_coverage()))

    assert "test_<c>" not in page
    assert "test_<c>|`x`" in read(page).text


def test_many_tests_stand_behind_a_click() -> None:
    coverage = Coverage()
    for number in range(4):
        coverage.reach(Goal("operations", "GET /"), f"test_{number}")

    page = as_html(summarise(coverage))

    assert "<details><summary>4 tests</summary><code>test_0</code>" in page
    assert "test_3" in read(page).text


def test_an_app_without_dependencies_has_no_section_for_them() -> None:
    coverage = Coverage()
    coverage.expect(Goal("operations", "GET /"))
    coverage.reach(Goal("operations", "GET /"), "test_a")

    assert "Dependencies" not in as_html(summarise(coverage))
