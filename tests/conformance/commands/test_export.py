"""``asgitest export-tests``."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.commands.export import tests_module as written
from asgitest.conformance.last_run import save_last_run
from asgitest.conformance.model import HTTPStep
from asgitest.conformance.reproduce import build_reproduction
from tests.conformance.builders import crash, finding, run_of, scenario
from tests.conformance.commands.test_replay import BROKEN, undocumented

if TYPE_CHECKING:
    from tests.conformance.builders import Project


def pytest_says(project: Project, *words: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(project.folder), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=project.folder,
    )
    return run.stdout.strip().splitlines()[-1]


def test_an_exported_test_fails_until_the_fault_is_mended(project: Project) -> None:
    target = project.app(BROKEN)
    save_last_run(run_of(undocumented(target), target=target), directory=project.folder)

    code, out, _ = project.run("export-tests")
    before = pytest_says(project, "test_conformance_findings.py")
    module = target.partition(":")[0]
    project.write(f"{module}.py", BROKEN.replace("raise HTTPException(404)", "return {}"))
    after = pytest_says(project, "test_conformance_findings.py")

    assert (code, out) == (0, "test_conformance_findings.py: 1 test; each fails while its fault is there\n")
    assert before.startswith("1 failed")
    assert after.startswith("1 passed")


def test_a_module_reads_like_one_that_somebody_wrote() -> None:
    text = written([finding()], target="main:app")

    assert (
        text
        == '''"""Faults that asgitest found in main:app; each test fails while its fault is there."""

from asgitest.testclient import TestClient
from main import app


def test_get_items_id_openapi_status_undocumented():
    """openapi.status-undocumented: The app answered with a status its schema does not document.

    Expected: 200 or 422 Seen: 404
    """
    with TestClient(app) as client:
        response = client.request('GET', '/items/0', follow_redirects=False)
    assert response.status_code != 404
'''
    )


def test_nothing_an_app_says_can_break_out_of_the_docstring() -> None:
    nasty = finding(title='"""\nimport os', expected="\\", actual='"""\nos.abort()"')

    tree = ast.parse(written([nasty], target='main:app"""'))

    assert [type(node).__name__ for node in tree.body] == ["Expr", "ImportFrom", "ImportFrom", "FunctionDef"]


def test_tests_of_one_name_are_told_apart() -> None:
    one, other = crash(fingerprint="a" * 32), crash(fingerprint="b" * 32)

    functions = [node.name for node in ast.parse(written([one, other], target="main:app")).body[3:]]

    assert functions == [
        "test_get_items_id_http_unhandled_exception",
        "test_get_items_id_http_unhandled_exception_2",
    ]


def test_a_hidden_secret_is_pointed_at() -> None:
    step = HTTPStep(method="GET", target="/", headers=(("authorization", "[redacted ada]"),))
    again = build_reproduction(scenario(step), "a" * 32)

    text = written([finding(reproduction=again)], target="main:app")

    assert "    # The report hides a secret: put it in place of [redacted ada].\n" in text


def test_named_findings_only_and_standard_output(project: Project) -> None:
    one, other = finding(), crash()
    save_last_run(run_of(one, other), directory=project.folder)

    _, out, _ = project.run("export-tests", other.id, "-o", "-")

    assert "http_unhandled_exception" in out
    assert "status_undocumented" not in out


@pytest.mark.parametrize("changes", [{"reproduction": None}])
def test_a_report_without_snippets_has_nothing_to_export(project: Project, changes: dict[str, None]) -> None:
    save_last_run(run_of(finding(**changes)), directory=project.folder)

    assert project.run("export-tests") == (
        2,
        "",
        "asgitest: There is nothing to export: no finding of the report has a snippet.\n",
    )
