"""Where reports go, and what a run must reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asgitest.conformance.coverage.outputs import Output, read_outputs, read_thresholds, write_outputs
from asgitest.conformance.errors import UsageError
from tests.conformance.coverage.test_summary import make_coverage


def test_several_reports_may_be_asked_for_at_once() -> None:
    assert read_outputs(["term,json:a/b.json", "md:c.md"]) == (
        Output(format="term"),
        Output(format="json", path=Path("a/b.json")),
        Output(format="md", path=Path("c.md")),
    )


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("jsn:x", "There is no format 'jsn' of API coverage. Did you mean json?"),
        ("42", "There is no format '42' of API coverage. Formats are term, json, html, md."),
        ("html", "The format html of API coverage needs a file. Write html:coverage.html."),
        ("html:", "The format html of API coverage needs a file."),
    ],
)
def test_a_wrong_report_is_refused_in_one_sentence(word: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_outputs([word])

    assert str(caught.value).startswith(sentence)


def test_a_threshold_is_of_operations_and_websockets_or_of_a_dimension() -> None:
    assert read_thresholds(["90,statuses=50.5"]) == {"operations": 90.0, "websockets": 90.0, "statuses": 50.5}


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("x", "'x' is no threshold of API coverage. Write 90 or statuses=60."),
        ("101", "'101' is no threshold of API coverage."),
        ("nan", "'nan' is no threshold of API coverage."),
        ("status=5", "There is no dimension 'status' of API coverage. Did you mean statuses?"),
        ("q=5", "There is no dimension 'q' of API coverage. Dimensions are operations, "),
    ],
)
def test_a_wrong_threshold_is_refused_in_one_sentence(word: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_thresholds([word])

    assert str(caught.value).startswith(sentence)


def test_each_file_gets_its_format(tmp_path: Path) -> None:
    outputs = read_outputs(["term", *(f"{kind}:{tmp_path}/deep/report.{kind}" for kind in ("json", "html", "md"))])

    written = write_outputs(make_coverage(), outputs)

    texts = {path.suffix: path.read_text("utf-8") for path in written}
    assert json.loads(texts[".json"])["version"] == 1
    assert texts[".html"].startswith("<!doctype html>")
    assert texts[".md"].startswith("# API coverage")
