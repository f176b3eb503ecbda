"""The snippet of a finding, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.conformance.model import Reproduction
from asgitest.conformance.replaying import replay_snippet
from tests.conformance.builders import finding, scenario

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.replaying import Replay


def replay(python: str, folder: Path, **options: Any) -> Replay:
    again = Reproduction(python=python, scenario=scenario(app_dir=str(folder)))
    return replay_snippet(finding(reproduction=again), **options)


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        ("assert 1 == 2, 'no'", "still there", "AssertionError: no"),
        ("assert 1 == 1", "gone", ""),
        ("error = ValueError('x')\nerror.add_note('asgitest: a note')\nraise error", "still there", "ValueError: x"),
        ("__import__('os')._exit(3)", "still there", "the app ended its process: exit code 3"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "still there", "the app ended its process: signal 9"),
    ],
)
def test_how_the_snippet_ends_tells_what_became_of_the_fault(
    tmp_path: Path, body: str, outcome: str, reason: str
) -> None:
    result = replay(f"import sys\n\n{body}\n", tmp_path)

    assert (result.outcome, result.reason) == (outcome, reason)


def test_an_import_that_fails_tells_nothing_about_the_fault(tmp_path: Path) -> None:
    result = replay("from no_such_module import app\n\npass\n", tmp_path)

    assert (result.outcome, result.reason) == ("cannot run", "ModuleNotFoundError: No module named 'no_such_module'")


def test_a_snippet_that_does_not_end_is_ended(tmp_path: Path) -> None:
    result = replay("import time\n\ntime.sleep(600)\n", tmp_path, timeout=1.5)

    assert (result.outcome, result.reason) == ("still there", "it did not end within 1.5 s")


def test_the_app_is_imported_from_where_the_run_did(tmp_path: Path) -> None:
    (tmp_path / "some_module.py").write_text("app = 1\n", "utf-8")

    assert replay("from some_module import app\n\nassert app == 1\n", tmp_path).outcome == "gone"


def test_a_finding_without_a_snippet_has_nothing_to_run() -> None:
    assert replay_snippet(finding(reproduction=None)).outcome == "no snippet"
