"""The checker of the docs: what is fenced is run, and what is wrong is found."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tools.docs import check_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def complaints(tmp_path: Path) -> Callable[[str], list[str]]:
    """Check one page of the given text."""

    def check(text: str) -> list[str]:
        page = tmp_path / "page.md"
        page.write_text(dedent(text), encoding="utf-8")
        return check_page(page, tmp_path / "build")

    return check


def test_a_page_whose_examples_work_has_no_complaint(complaints) -> None:
    """Names defined in one block are there in the next, and titled blocks are files."""
    page = """
        ```python title="shop.py"
        PRICE = 3
        ```

        ```python
        from shop import PRICE
        ```

        ```python
        def test_price():
            assert PRICE == 3
        ```

        ```console
        $ python -c "import shop; print(shop.PRICE, id(shop))"
        3 ...
        ```
        """

    assert complaints(page) == []


def test_a_failing_example_is_reported_on_its_line_of_the_page(complaints) -> None:
    """So that the reader of the report finds the block."""
    page = """\
        # Page

        ```python
        def test_wrong():
            assert 1 == 2
        ```
        """

    (report,) = complaints(page)

    assert "test_page.py:5" in report


def test_output_that_differs_from_the_page_is_reported(complaints) -> None:
    """Both are shown."""
    page = """
        ```console
        $ echo one
        two
        ```
        """

    (report,) = complaints(page)

    assert "the page says\ntwo" in report
    assert "it printed\none" in report


@pytest.mark.parametrize("target", ["missing.md", "page.md#nowhere", "#nowhere"])
def test_a_link_to_nothing_is_reported(complaints, target: str) -> None:
    """A file or a heading that does not exist."""
    assert len(complaints(f"# Somewhere\n\n[there]({target})\n")) == 1


def test_a_link_to_a_heading_is_followed(complaints) -> None:
    """Anchors are what the usual renderers make of headings."""
    assert complaints("# The `app`, and more\n\n[there](page.md#the-app-and-more)\n") == []
