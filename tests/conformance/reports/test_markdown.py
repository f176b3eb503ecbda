"""Markdown."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from asgitest.conformance.reports.markdown import code_span, fence, render_markdown
from tests.conformance.builders import crash, run_of
from tests.conformance.reports.runs import nasty, usual
from tests.conformance.reports.snapshot import assert_snapshot


def test_a_usual_run() -> None:
    assert_snapshot("report.md.txt", render_markdown(usual()))


@pytest.mark.parametrize("text", ["`", "``", "a`b``c", "`a", "a`", "|", ""])
def test_a_code_span_cannot_be_closed_by_what_is_in_it(text: str) -> None:
    html = MarkdownIt().renderInline(code_span(text))

    assert html.startswith("<code>")
    assert html.endswith("</code>")
    assert html.count("<code>") == 1


def test_a_fence_cannot_be_closed_by_what_is_in_it() -> None:
    html = MarkdownIt().render(fence("```\n<b>\n````\n", "python"))

    assert html.count("<pre>") == 1
    assert "<b>" not in html


def test_nothing_of_an_app_is_rendered() -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(render_markdown(nasty()))

    assert "<script" not in html
    assert "</script>" not in html
    assert "<b>" not in html


def test_a_page_that_github_would_refuse_is_cut() -> None:
    findings = [
        crash(f"GET /{number}", fingerprint=f"{number:032}", message="x", exception=None, title="t" * 290)
        for number in range(3)
    ]
    long = [one.model_copy(update={"check": f"x.{place}", "actual": "y"}) for place, one in enumerate(findings)]

    assert "More findings are left out" not in render_markdown(run_of(*long))
