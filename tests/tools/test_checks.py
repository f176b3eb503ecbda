"""The pages of the checks are what the catalogue makes of them."""

from __future__ import annotations

import json

import jsonschema_rs

from asgitest.conformance.catalogue import CHECKS
from tests.conformance.reports.runs import usual
from tools.checks import FOLDER, differing, pages


def test_every_page_says_what_the_catalogue_says() -> None:
    """``python tools/checks.py`` writes them."""
    assert differing() == []


def test_every_check_has_a_page_and_stands_in_the_index() -> None:
    written = pages()

    assert {f"checks/{check}.md" for check in CHECKS} <= {*written}
    assert [check for check in CHECKS if f"[{check}]({check}.md)" not in written["checks/index.md"]] == []


def test_every_failure_of_schemathesis_has_a_check() -> None:
    rows = [row for row in pages()["checks/schemathesis.md"].splitlines() if row.startswith("| ST")]

    assert len(rows) > 20
    assert [row for row in rows if "](" not in row] == []


def test_a_report_is_valid_under_the_published_schema() -> None:
    schema = json.loads((FOLDER / "report.schema.json").read_text("utf-8"))

    jsonschema_rs.validator_for(schema).validate(json.loads(usual().model_dump_json()))
