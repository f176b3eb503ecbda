"""Known findings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.baseline import Baseline, Entry, apply_baseline, read_baseline, updated, write_baseline
from asgitest.conformance.errors import UsageError
from tests.conformance.builders import crash, finding, run_of

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.model import Finding

TODAY = date(2026, 5, 1)


def entry(of: Finding, **changes: object) -> Entry:
    return Entry.model_validate({"fingerprint": of.fingerprint, "check": of.check, "subject": of.operation, **changes})


def test_a_known_finding_is_marked_and_a_new_one_is_not() -> None:
    known, new = finding(), crash()

    run, fixed = apply_baseline(run_of(known, new), Baseline(entries=(entry(known),)), today=TODAY)

    assert [one.status for one in run.findings] == ["known", "new"]
    assert fixed == ()


@pytest.mark.parametrize(("last_day", "status"), [(date(2026, 5, 1), "known"), (date(2026, 4, 30), "expired")])
def test_an_entry_is_good_until_the_end_of_its_last_day(last_day: date, status: str) -> None:
    known = finding()

    run, _ = apply_baseline(run_of(known), Baseline(entries=(entry(known, expires=last_day),)), today=TODAY)

    assert run.findings[0].status == status


def test_what_was_looked_for_and_not_found_is_fixed() -> None:
    gone = finding()
    baseline = Baseline(entries=(entry(gone),))

    whole = run_of(subjects=(gone.operation,), checks=(gone.check,))
    _, fixed = apply_baseline(whole, baseline, today=TODAY)
    _, not_selected = apply_baseline(run_of(subjects=(gone.operation,), checks=("http.slow",)), baseline, today=TODAY)
    _, interrupted = apply_baseline(whole.model_copy(update={"interrupted": True}), baseline, today=TODAY)

    assert [one.fingerprint for one in fixed] == [gone.fingerprint]
    assert not_selected == interrupted == ()


def test_an_update_keeps_notes_drops_what_is_fixed_and_adds_what_is_new() -> None:
    known, gone, new = finding(), finding(operation="GET /gone"), crash()
    before = Baseline(entries=(entry(known, note="after the summer"), entry(gone)))
    run = run_of(known, new, subjects=("GET /items/{id}", "GET /gone"))

    after = updated(before, run, today=TODAY, days=30)

    by_mark = {one.fingerprint: one for one in after.entries}
    assert {*by_mark} == {known.fingerprint, new.fingerprint}
    assert by_mark[known.fingerprint].note == "after the summer"
    assert by_mark[new.fingerprint].expires == date(2026, 5, 31)


def test_an_update_renews_what_has_expired_and_leaves_notes_and_flakes_out() -> None:
    old = finding()
    run = run_of(old, finding(operation="GET /f", flaky=True), finding(operation="GET /i", severity="info"))

    after = updated(Baseline(entries=(entry(old, expires=date(2020, 1, 1)),)), run, today=TODAY)

    assert [(one.fingerprint, one.expires) for one in after.entries] == [(old.fingerprint, None)]


def test_a_file_comes_back_as_it_was_written_and_sorted(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    entries = (entry(finding(operation="GET /b")), entry(finding(operation="GET /a")))

    write_baseline(file, Baseline(entries=entries))

    assert read_baseline(file) == Baseline(entries=entries[::-1])


def test_a_file_that_is_missing_or_no_baseline_is_told(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    with pytest.raises(UsageError, match=r"There is no baseline .* Write it with --update-baseline"):
        read_baseline(file)
    assert read_baseline(file, missing_ok=True) == Baseline()

    file.write_text('{"entries": [{}]}', "utf-8")
    with pytest.raises(UsageError, match=r"is not a baseline: at entries\.0\.fingerprint, field required"):
        read_baseline(file)
