"""Whole runs of the engine."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.engine import orchestrate, run
from asgitest.conformance.engine.messages import Crashed, Task
from asgitest.conformance.options import RunOptions
from asgitest.conformance.verdict import ExitCode, exit_code, fails
from tests.conformance.apps import hostile, notes, seeded
from tests.conformance.engine.running import check, missing

if TYPE_CHECKING:
    from pathlib import Path


def test_every_seeded_fault_is_found_at_its_operation() -> None:
    """With the budget of the quick profile: checks and operations are what the table says."""
    result = check("seeded", cases=100)

    assert missing(result, seeded.EXPECTED) == {}
    assert exit_code(result) == ExitCode.FINDINGS


def test_nothing_fails_where_the_same_faults_are_mended() -> None:
    """False alarms are faults."""
    result = check("clean")

    assert [finding.message for finding in result.findings if fails(finding, "warning")] == []
    assert exit_code(result) == ExitCode.CLEAN


def test_faults_between_requests_are_found() -> None:
    """Sequences over one resource show what no single request shows."""
    result = check("notes")

    assert missing(result, notes.EXPECTED) == {}


def test_an_endpoint_that_ends_or_blocks_its_process_costs_a_case_and_is_found() -> None:
    """The run goes on with other processes, and the endpoint beside it is tested as if nothing had happened."""
    result = check("hostile", cases=4, timeout_seconds=0.4, confirm=1)

    assert missing(result, hostile.EXPECTED) == {}
    assert result.statistics.by_subject["GET /"] == 4
    assert result.internal_errors == ()


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_same_findings_whatever_the_number_of_processes(seed: int) -> None:
    """A finding of CI can be seen again anywhere."""
    runs = [check("notes", seed=seed, workers=workers) for workers in (1, 2, 4)]

    assert len({tuple(finding.model_dump_json() for finding in result.findings) for result in runs}) == 1
    assert len({result.statistics.cases for result in runs}) == 1


def test_one_cause_seen_at_many_operations_is_one_finding() -> None:
    """With all operations that show it."""
    result = check("shared_cause")

    crashes = [finding for finding in result.findings if finding.check == "http.unhandled-exception"]
    assert len(crashes) == 1
    assert set(crashes[0].subjects) == {f"GET /{name}" for name in ("one", "two", "three", "four", "five")}


def test_a_fault_of_the_tool_itself_fails_the_run() -> None:
    """What was not tested must not look clean; the traceback is kept, and the sentence is short."""
    one = orchestrate._Run(RunOptions(target="main:app", workers=0), lambda _event: None, None)

    one._handle(
        Task(number=1, kind="http", subject="GET /items"), Crashed(number=1, text="Traceback ...\nValueError: oops")
    )

    result = one._result(interrupted=False)
    assert exit_code(result) == ExitCode.INTERNAL
    assert result.notes == ("internal error while testing GET /items: ValueError: oops",)
    assert "Traceback" in result.internal_errors[0]


def test_a_request_that_ends_the_process_without_the_lifespan_costs_only_itself(tmp_path: Path) -> None:
    """What is asked of the schema, of routes, and before startup is not given up for one endpoint."""
    text = """
        import os
        from fastapi import FastAPI

        app = FastAPI()


        @app.get("/exit")
        def leave() -> None:
            os._exit(3)


        @app.get("/fine")
        def fine() -> int:
            return 1
    """
    tmp_path.joinpath("leaving.py").write_text(textwrap.dedent(text), encoding="utf-8")
    options = RunOptions(target="leaving:app", app_dir=tmp_path, cases=2, workers=1, include=("SCHEMA", "APP"))

    result = run(options, lambda _event: None)

    assert [note for note in result.notes if note.startswith("SCHEMA")] == []
    assert result.statistics.workers_replaced == 1
