"""What happens to a run once it is over."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.baseline import Baseline, Entry, write_baseline
from asgitest.conformance.errors import UsageError
from asgitest.conformance.outcome import Outputs, Wanted, finish, parse_outputs, parse_reports
from tests.conformance.builders import crash, finding, run_of

if TYPE_CHECKING:
    from tests.conformance.builders import Project


def test_reports_go_to_their_usual_files_or_where_they_are_told() -> None:
    assert parse_reports(["json,sarif=out/a.sarif", "junit"], {"markdown": "a.md"}) == (
        Wanted(format="markdown", path=Path("a.md")),
        Wanted(format="json", path=Path("asgitest.json")),
        Wanted(format="sarif", path=Path("out/a.sarif")),
        Wanted(format="junit", path=Path("junit.xml")),
    )
    assert parse_reports(["github"]) == (Wanted(format="github", path=None),)
    assert parse_reports(["json=-"], {"json": "configured.json"}) == (Wanted(format="json", path=None),)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["json=-", "github"], "only one report can go to standard output"),
        (["ndjson=-"], "ndjson needs a file"),
        (["jsn"], "there is no format 'jsn'. Did you mean json?"),
    ],
)
def test_reports_that_cannot_be_are_refused(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reports(words)

    assert sentence in str(caught.value)


def test_the_text_for_people_leaves_standard_output_to_a_report() -> None:
    assert Outputs().stream is sys.stdout
    assert Outputs(reports=(Wanted(format="json", path=None),)).stream is sys.stderr


def test_options_become_outputs() -> None:
    arguments = argparse.Namespace(report=None, verbose=True, quiet=False, color="never", baseline="known.json")

    outputs = parse_outputs(arguments)

    assert (outputs.verbose, outputs.colour, outputs.baseline) == (True, False, Path("known.json"))


def test_a_run_is_reported_shown_and_judged(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    code = finish(run_of(finding(), crash()), Outputs(reports=(Wanted(format="json", path=Path("run.json")),)))

    report = json.loads((project.folder / "run.json").read_text("utf-8"))
    assert code == 1
    assert [one["severity"] for one in report["findings"]] == ["error", "warning"]
    assert capsys.readouterr().out.endswith("1 error, 1 warning in 1 subject, 120 cases, 1.2 s  (seed 0)\n")


def test_quiet_shows_the_summary_only(capsys: pytest.CaptureFixture[str]) -> None:
    finish(run_of(crash()), Outputs(quiet=True))

    assert capsys.readouterr().out.count("\n") == 1


def test_what_the_baseline_knows_does_not_fail_and_what_is_mended_is_told(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    known = crash()
    entries = [
        Entry(fingerprint=known.fingerprint, check=known.check, subject=known.operation, expires=date(9999, 1, 1)),
        Entry(fingerprint="f" * 32, check=known.check, subject=known.operation),
    ]
    write_baseline(Path("known.json"), Baseline(entries=tuple(entries)))

    code = finish(run_of(known), Outputs(baseline=Path("known.json")))

    assert code == 0
    assert f"fixed: {known.check} at {known.operation} (ffffffffff)" in capsys.readouterr().out


def test_an_update_writes_the_baseline_and_the_run_is_clean(project: Project) -> None:
    outputs = Outputs(baseline=Path("known.json"), update_baseline=True, quiet=True)

    assert finish(run_of(crash()), outputs) == 0
    assert finish(run_of(crash()), Outputs(baseline=Path("known.json"), quiet=True)) == 0
    assert (
        finish(run_of(crash("GET /new", fingerprint="n" * 32)), Outputs(baseline=Path("known.json"), quiet=True)) == 1
    )


def test_the_job_summary_is_added_to(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = project.write("summary.md", "before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    finish(run_of(crash()), Outputs(reports=(Wanted(format="github", path=None),)))

    assert summary.read_text("utf-8").startswith("before\n# asgitest: `main:app`\n")
    assert capsys.readouterr().out.startswith("::error file=main.py,line=12")
