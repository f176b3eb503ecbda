"""The pages of the rules say what the registry says."""

from __future__ import annotations

from tools.rules import PAGES, differing, pages


def test_every_page_equals_the_registry() -> None:
    """A page that is edited by hand, or forgotten, says something else than the reports do."""
    assert differing() == []


def test_the_index_links_to_every_page() -> None:
    text = (PAGES / "index.md").read_text(encoding="utf-8")

    assert [name for name in pages() if name != "index.md" and f"({name})" not in text] == []
