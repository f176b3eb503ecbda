"""The command: exit codes, one sentence for what is wrong, and a start that costs nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance import cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.builders import Project

HEAVY = (
    "pydantic",
    "rich",
    "hypothesis",
    "schemathesis",
    "jsonschema_rs",
    "yaml",
    "httpx",
    "httpx2",
    "anyio",
    "asyncio",
)
BROKEN = """
    from fastapi import FastAPI, HTTPException

    app = FastAPI()

    @app.get("/items/{id}")
    def read(id: int) -> dict[str, int]:
        return {"id": 1 // id}
"""


def command(folder: Path, *words: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    program = [sys.executable, *python, "-m", "asgitest.conformance", *words]
    return subprocess.run(
        program, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "CI": ""}
    )


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    """What somebody waits for who only mistyped an option."""
    run = command(tmp_path, "--help", python=("-X", "importtime"))

    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert run.returncode == 0
    assert "asgitest.conformance.command_line" in imported
    assert {*HEAVY} & {name.partition(".")[0] for name in imported} == set()


def test_a_command_imports_neither_hypothesis_nor_schemathesis_before_it_needs_them(tmp_path: Path) -> None:
    run = command(tmp_path, "check", "none:app", python=("-X", "importtime"))

    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert run.returncode == 2
    assert {"hypothesis", "schemathesis"} & imported == set()


SENTENCES = [
    (("chekc", "main:app"), "There is no command 'chekc'. Did you mean check?"),
    (("main:app",), "There is no command 'main:app'. Did you mean asgitest check main:app?"),
    (("check", "--prfile", "quick"), "asgitest check has no option '--prfile'. Did you mean --profile?"),
    (("check", "a:b", "c"), "asgitest check has no further argument 'c'. See asgitest check --help."),
    (("check", "--select", "htp"), "--select: there is no check 'htp'. Did you mean http?"),
    (("check", "--ignore", "http.head-party"), "--ignore: there is no check 'http.head-party'. Did you mean http."),
    (("check", "--profile", "qick"), "Argument --profile: invalid choice: 'qick' (choose from 'quick', 'default', 'th"),
    (("check", "main_app:app", "--include", "/hom"), "--include: '/hom' matches nothing in the app. Did you"),
    (("check", "main_app:app", "--tag", "none"), "--tag: no operation has the tag 'none'. asgitest routes shows what"),
    (("check", "--shard", "3/2"), "--shard wants I/N with I from 1 to N, not '3/2'. Write --shard 1/4, for example."),
    (("check", "--budget", "soon"), "--budget wants a time such as 30s or 5m, not 'soon'."),
    (("check", "--report", "sarf"), "--report: there is no format 'sarf'. Did you mean sarif?"),
    (("check", "--config", "none.toml"), "--config: there is no file none.toml."),
    (("check", "--app-dir", "none"), "The app directory 'none' does not exist."),
    (("check",), "No app found in {folder!r}: none of main.py, app.py, api.py, asgi.py, server.py has one. Name it: "),
    (("check", "mian:app"), "There is no module 'mian'. Did you mean main_app?"),
    (("check", "main_app:ap"), "Module 'main_app' has no attribute 'ap'. Did you mean app?"),
    (("check", "main_app:number"), "'main_app:number' is an int, not an ASGI app."),
    (("check", "main_app:make"), "The factory 'main_app:make' failed: RuntimeError: no settings (main_app.py:9)."),
    (("check", "wrong_syntax:app"), "Importing 'wrong_syntax' failed: SyntaxError: '(' was never closed (wrong"),
    (("check", "main_app:app", "--schema", "none.json"), "There is no schema file 'none.json'."),
    (("check", "main_app:app", "--schema", "broken.json"), "The schema 'broken.json' cannot be read: "),
    (("check", "main_app:app", "--schema", "/none"), "The app serves no schema at '/none'."),
    (("explain", "http.head-party"), "There is no check 'http.head-party'. Did you mean http.head-parity?"),
    (("merge", "none.json"), "There is no report 'none.json'."),
    (("check", "main_app:app", "--baseline", "none.json"), "There is no baseline 'none.json'. Write it with "),
    (("check", "main_app:app", "--update-baseline"), "--update-baseline needs --baseline FILE."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"), SENTENCES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_bad_input_gets_one_sentence_and_exit_code_2(project: Project, words: tuple[str, ...], sentence: str) -> None:
    project.write(
        "main_app.py",
        """
        from fastapi import FastAPI

        app = FastAPI()
        number = 3


        def make():
            raise RuntimeError("no settings")


        @app.get("/home")
        def home() -> int:
            return 1
        """,
    )
    project.write("wrong_syntax.py", "app = (")
    project.write("broken.json", "{")

    quick = ("--workers", "0") if words[:1] == ("check",) and "mian:app" not in words else ()
    code, _, err = project.run(*words, *quick)

    assert code == 2
    assert err.startswith(f"asgitest: {sentence.format(folder=project.folder.name)}")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_an_app_that_fails_at_startup_is_a_finding_and_no_usage_error(project: Project) -> None:
    """The command line was right: it is the app that is broken."""
    target = project.app("""
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            raise RuntimeError("no database")
            yield

        app = FastAPI(lifespan=lifespan)

        @app.get("/")
        def home() -> int:
            return 1
    """)

    code, out, _ = project.run("check", target, "--cases", "3", "--workers", "0")

    assert code == 1
    assert "lifespan.startup-failure-reported" in out
    assert "RuntimeError: no database" in out
    assert "Startup does not succeed, so no request was sent." in out


def test_a_schema_that_is_broken_is_a_finding(project: Project) -> None:
    target = project.app("""
        from fastapi import FastAPI

        app = FastAPI()
        circle = {"$ref": "#/components/schemas/A"}
        app.openapi = lambda: {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Missing"}}}}}}}},
            "components": {"schemas": {"A": circle}},
        }

        @app.get("/a")
        def a() -> int:
            return 1
    """)

    code, out, _ = project.run("check", target, "--cases", "3", "--workers", "0")

    assert code == 1
    assert "schema.ref-unresolved" in out
    assert "Traceback" not in out


def test_the_traceback_is_there_for_who_asks(project: Project) -> None:
    with pytest.raises(Exception, match="There is no module 'none'"):
        cli.main(["check", "none:app", "--traceback"])


def test_a_fault_of_our_own_is_told_and_exits_3(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(".asgitest/last-run.json/x", "")

    def fail(_words: list[str]) -> int:
        raise ZeroDivisionError("not your fault")

    monkeypatch.setattr(cli, "_run", fail)

    assert project.run("list") == (
        3,
        "",
        "asgitest: internal error: ZeroDivisionError: not your fault; --traceback shows where.\n",
    )


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """``asgitest list | head -1``."""
    shell = f"{sys.executable} -m asgitest.conformance list | head -1; exit ${{PIPESTATUS[0]}}"

    run = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S607

    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 1


SLOW = """
import sys
import time
from fastapi import FastAPI

app = FastAPI()


@app.get("/crash", operation_id="same")
def crash(n: int = 0) -> int:
    return 1 // 0


@app.get("/sleep", operation_id="same")
def sleep(n: int = 0) -> int:
    return n
"""


def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    """Exit code 130, the findings so far in the report, and none of our traceback."""
    tmp_path.joinpath("main.py").write_text(textwrap.dedent(SLOW), encoding="utf-8")
    words = ["check", "main:app", "--budget", "300s", "--report", "json=run.json"]
    # Where the tests run in the background Ctrl-C is ignored, and processes inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "asgitest.conformance", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CI": ""},
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("  schema: "):
            break
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "ERROR   schema.operation-id-unique" in out
    assert "interrupted" in out
    assert "Traceback" not in err
    assert "schema.operation-id-unique" in tmp_path.joinpath("run.json").read_text("utf-8")
