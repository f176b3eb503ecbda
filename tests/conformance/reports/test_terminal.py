"""The live terminal."""

from __future__ import annotations

import io

from rich.console import Console

from asgitest.conformance.reports.terminal import THEME, TerminalProgress, build_console, print_run, sparkline
from tests.conformance.reports.runs import nasty, usual
from tests.conformance.reports.snapshot import assert_snapshot
from tests.conformance.reports.test_plain import EVENTS


def console(stream: io.StringIO) -> Console:
    return Console(file=stream, theme=THEME, width=120, force_terminal=True, color_system=None, legacy_windows=False)


def test_a_run_is_printed_as_the_plain_report_has_it_but_wrapped_at_the_width() -> None:
    stream = io.StringIO()

    print_run(console(stream), usual())

    assert_snapshot("terminal.txt", stream.getvalue())


def test_the_live_table_has_a_row_for_each_family_and_goes_away() -> None:
    stream = io.StringIO()
    shown = console(stream)
    progress = TerminalProgress(shown)

    for event in EVENTS[:-1]:
        progress(event)
    progress.close()
    with shown.capture() as captured:
        shown.print(progress._render())

    rows = [" ".join(line.split()) for line in captured.get().splitlines()]
    assert rows[0].startswith("schema ")
    assert rows[0].endswith("1/1 0")
    assert rows[1].startswith("openapi ")
    assert rows[1].endswith("2/2 1,204")
    assert "asgitest check main:app: default, 60 s" in stream.getvalue()


def test_markup_and_control_characters_of_an_app_are_text() -> None:
    stream = io.StringIO()

    print_run(console(stream), nasty(), verbose=True)

    assert "\x1b[31m" not in stream.getvalue()
    assert "\\x1b[31m" in stream.getvalue()


def test_colour_is_forced_refused_or_left_to_the_terminal() -> None:
    assert build_console(io.StringIO(), colour=True).is_terminal
    assert build_console(io.StringIO(), colour=False).no_color
    assert not build_console(io.StringIO()).is_terminal


def test_a_sparkline_has_its_highest_bar_at_full_height() -> None:
    assert sparkline([0, 4, 8]) == " ▄█"
    assert sparkline([0, 0]) == ""
