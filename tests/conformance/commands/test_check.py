"""``asgitest check``: what the command adds to the engine."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.commands.check import run_with_progress
from asgitest.conformance.events import FindingFound, RunStarted, SecretsLearned
from asgitest.conformance.options import RunOptions
from asgitest.conformance.outcome import Outputs, Wanted
from asgitest.conformance.redact import Redactor
from tests.conformance.builders import crash, finding, run_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.events import Event
    from asgitest.conformance.model import Run
    from tests.conformance.builders import Project

OPTIONS = RunOptions(target="main:app", seed=7)
APP = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/a")
    def a() -> int:
        return 1 // 0

    @app.get("/b")
    def b() -> int:
        return 1
"""


def test_an_interrupt_in_the_engine_keeps_what_was_found(project: Project) -> None:
    def engine(_options: RunOptions, emit: Callable[[Event], None]) -> Run:
        emit(RunStarted(target="main:app", seed=7))
        emit(FindingFound(finding=crash()))
        raise KeyboardInterrupt

    result = run_with_progress(OPTIONS, Outputs(quiet=True), Redactor(), engine=engine)

    assert result.interrupted
    assert (result.target, result.seed, result.findings) == ("main:app", 7, (crash(),))


def test_what_logins_return_is_hidden_and_told_to_nobody(project: Project) -> None:
    def engine(_options: RunOptions, emit: Callable[[Event], None]) -> Run:
        emit(SecretsLearned(secrets=(("token-1", "ada"),)))
        emit(FindingFound(finding=finding(actual="token-1")))
        return run_of(finding(actual="token-1"))

    outputs = Outputs(quiet=True, reports=(Wanted(format="ndjson", path=project.folder / "e.ndjson"),))
    result = run_with_progress(OPTIONS, outputs, Redactor(), engine=engine)

    assert result.findings[0].actual == "[redacted ada]"
    lines = [json.loads(line)["event"] for line in (project.folder / "e.ndjson").read_text("utf-8").splitlines()]
    assert lines == ["finding-found"]


def test_an_engine_that_fails_leaves_the_terminal_as_it_was(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The live table must not stay on the screen, and the cursor must come back."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")

    def engine(_options: RunOptions, emit: Callable[[Event], None]) -> Run:
        emit(RunStarted(target="main:app", seed=7, plan={"openapi": 1}))
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        run_with_progress(OPTIONS, Outputs(), Redactor(), engine=engine)

    written = terminal.getvalue()
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h")


@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_selection_reaches_the_engine(project: Project, workers: str) -> None:
    target = project.app(APP)

    words = ["--cases", "3", "--workers", workers, "-q"]
    assert project.run("check", target, "--include", "GET /a", *words)[0] == 1
    assert project.run("check", target, "--include", "GET /b", *words)[0] == 0
    assert project.run("check", target, "--select", "schema", *words)[0] == 0


def test_settings_are_shown_instead_of_a_run(project: Project) -> None:
    code, out, _ = project.run("check", "none:app", "--show-config", "--seed", "3")

    assert code == 0
    assert "seed = 3  (command line)\n" in out


def test_the_last_run_is_kept(project: Project) -> None:
    project.run("check", project.app(APP), "--cases", "2", "--workers", "0", "-q")

    report = json.loads((project.folder / ".asgitest" / "last-run.json").read_text("utf-8"))
    assert [one["check"] for one in report["findings"] if one["severity"] == "error"] == ["http.unhandled-exception"]
