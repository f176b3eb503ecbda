"""The report as Markdown."""

from __future__ import annotations

from asgitest.conformance.coverage.goals import Coverage, Goal
from asgitest.conformance.coverage.markdown import as_markdown
from asgitest.conformance.coverage.summary import summarise
from tests.conformance.coverage.test_summary import make_coverage

REPORT = """\
# API coverage

| dimension | reached | expected | % |
|---|---:|---:|---:|
| operations | 1 | 2 | 50.0 |
| statuses | 1 | 4 | 25.0 |
| response media types | 0 | 4 | 0.0 |
| WebSocket routes | 1 | 1 | 100.0 |
| dependencies | 1 | 3 | 33.3 |

| operation | tests | missing | undocumented |
|---|---:|---|---|
| `WS /chat` | 1 |  |  |
| `GET /items` | 2 | `404`, `200 application/json` | `418` |
| `POST /items` | 0 | `never called` |  |

| dependency | state | overridden by |
|---|---|---|
| `app:never` | never |  |
| `app:replaced` | only overridden | `test_a` |
| `app:run` | run |  |
"""


def test_the_report_is_three_tables() -> None:
    assert as_markdown(summarise(make_coverage())) == REPORT


def test_text_of_an_app_cannot_break_a_table() -> None:
    coverage = Coverage()
    coverage.expect(Goal("operations", "GET /a|`b`"))

    assert "| `` GET /a\\|`b` `` | 0 |" in as_markdown(summarise(coverage))


def test_a_long_list_of_tests_is_cut() -> None:
    coverage = Coverage()
    for number in range(7):
        coverage.reach(Goal("dependencies", "app:d", "overridden"), f"test_{number}")

    assert "`test_4` and 2 more |" in as_markdown(summarise(coverage))
