"""The table of a terminal."""

from __future__ import annotations

from asgitest.conformance.coverage.goals import Coverage
from asgitest.conformance.coverage.plain import lines_of
from asgitest.conformance.coverage.summary import summarise
from tests.conformance.coverage.test_summary import make_coverage

TOTALS = """\
operations                   1/2   50.0 %
statuses                     1/4   25.0 %
response media types         0/4    0.0 %
WebSocket routes             1/1  100.0 %
dependencies                 1/3   33.3 %
"""
IDLE = """\

dependency app:never: never in use
dependency app:replaced: only ever overridden (1 test)

"""
TABLE = """\
operation   tests   status    media  request   params  missing
WS /chat        1        -        -        -        -
GET /items      2      1/2      0/2        -        -  404, 200 application/json
              undocumented: 418
POST /items     0      0/2      0/2        -        -  never called
"""


def text(**options: int) -> str:
    return "".join(f"{line}\n" for line, _ in lines_of(summarise(make_coverage()), **options))


def test_the_table_has_a_row_for_each_operation_and_the_totals_below() -> None:
    assert text() == TABLE + IDLE + TOTALS


def test_quiet_shows_the_totals_only() -> None:
    assert text(verbosity=-1) == TOTALS


def test_verbose_shows_what_was_seen_beside_what_counts() -> None:
    assert "WS /chat        1        -        -        -        -\n              seen: closed 1000\n" in text(
        verbosity=1
    )


def test_a_line_that_is_too_long_is_cut_unless_everything_is_asked_for() -> None:
    assert "404, 200 application/..." in text(width=60)
    assert "404, 200 application/json" in text(width=60, verbosity=1)


def test_colours_say_how_much_is_missing() -> None:
    tones = {line.split()[0]: tone for line, tone in lines_of(summarise(make_coverage())) if line}

    assert tones["WS"] == "good"
    assert tones["GET"] == "poor"
    assert tones["POST"] == "bad"
    assert tones["statuses"] == "bad"
    assert tones["WebSocket"] == "good"


def test_a_run_without_an_app_says_so() -> None:
    (line, _), *others = lines_of(summarise(Coverage()))

    assert line == "nothing to count: no app with routes or an OpenAPI document was called or is configured"
    assert others == []
