"""How a run reads in a terminal."""

from __future__ import annotations

from asgitest.conformance.reports.blocks import plain_text, run_lines, summary_line
from tests.conformance.builders import crash, finding, run_of
from tests.conformance.reports.runs import four, nasty, usual
from tests.conformance.reports.snapshot import assert_snapshot


def test_a_usual_run_reads_well() -> None:
    assert_snapshot("usual.txt", plain_text(run_lines(usual())))


def test_verbose_shows_notes_and_known_findings_in_full() -> None:
    assert_snapshot("verbose.txt", plain_text(run_lines(usual(), verbose=True)))


def test_four_findings_of_four_causes_fit_on_a_screen() -> None:
    """Sixty lines is the promise; more than that nobody reads."""
    assert len(plain_text(run_lines(run_of(*four()))).splitlines()) <= 60


def test_what_one_line_of_the_app_raises_is_one_block() -> None:
    """Three exceptions of one line are one cause; the first is shown, the others are named."""
    one = crash(fingerprint="a" * 32)
    others = [
        crash("WS /chat", fingerprint=mark * 32, exception=one.exception.model_copy(update={"type": name}), title=name)
        for mark, name in (("b", "KeyError"), ("c", "TypeError"))
        if one.exception is not None
    ]

    lines = plain_text(run_lines(run_of(one, *others))).splitlines()

    assert sum(line.startswith("ERROR") for line in lines) == 1
    assert sum(line.startswith("  also     WS /chat") for line in lines) == 2


def test_nothing_an_app_says_acts_on_the_terminal() -> None:
    text = plain_text(run_lines(nasty(), verbose=True))

    assert not {"\x1b", "\u202e", "\ud800", "\x00"} & {*text}
    assert all(line.isprintable() for line in text.splitlines())


def test_the_summary_counts_and_names_the_seed() -> None:
    summary = plain_text(iter([summary_line(usual())]))

    assert summary == ("3 errors, 1 warning, 1 note, 1 known, 1 flaky in 6 subjects, 120 cases, 1.2 s  (seed 0)\n")


def test_a_clean_run_says_so() -> None:
    assert plain_text(iter([summary_line(run_of())])).startswith("clean in 1 subject, 120 cases")


def test_an_interrupted_run_says_so() -> None:
    assert "1 warning, interrupted in " in plain_text(iter([summary_line(run_of(finding(), interrupted=True))]))
