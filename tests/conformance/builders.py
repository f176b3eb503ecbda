"""Values tests of conformance are made of."""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING, Any

from asgitest.conformance.cli import main
from asgitest.conformance.fingerprint import fingerprint
from asgitest.conformance.model import Evidence as EvidenceRecord
from asgitest.conformance.model import (
    ExceptionRecord,
    Finding,
    Frame,
    HTTPStep,
    Run,
    Scenario,
    SeenResponse,
    SentRequest,
    Statistics,
)
from asgitest.conformance.reproduce import build_reproduction

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

__all__ = ["Project", "crash", "exchange", "finding", "run_of", "scenario"]

_NUMBERS = itertools.count()


def scenario(*steps: Any, target: str = "main:app", **changes: Any) -> Scenario:
    """A scenario of one GET, unless steps are given."""
    return Scenario(target=target, steps=steps or (HTTPStep(method="GET", target="/items/0"),), **changes)


def exchange(target: str = "/items/0", status: int = 500) -> EvidenceRecord:
    """Evidence of one GET."""
    return EvidenceRecord(
        kind="http",
        title=f"GET {target}",
        request=SentRequest(method="GET", target=target),
        response=SeenResponse(status=status, headers=(("content-type", "text/plain"),)),
    )


def finding(check: str = "openapi.status-undocumented", operation: str = "GET /items/{id}", **changes: Any) -> Finding:
    """A finding that fails a run with ``--fail-on warning``."""
    mark = changes.pop("fingerprint", None) or fingerprint(check, operation)
    values: dict[str, Any] = {
        "severity": "warning",
        "title": "The app answered with a status its schema does not document",
        "expected": "200 or 422",
        "actual": "404",
        "evidence": (exchange(status=404),),
        "subjects": (operation,),
        "reproduction": build_reproduction(scenario(), mark, assertions=["assert response.status_code != 404"]),
    }
    return Finding(check=check, operation=operation, fingerprint=mark, **(values | changes))


def crash(operation: str = "GET /items/{id}", **changes: Any) -> Finding:
    """A finding of an exception in the app's own code, at error level."""
    values: dict[str, Any] = {
        "severity": "error",
        "title": "An exception escapes the app",
        "expected": "",
        "actual": "",
        "evidence": (exchange(),),
        "exception": ExceptionRecord(
            type="ZeroDivisionError",
            message="division by zero",
            frames=(
                Frame(file="site-packages/fastapi/routing.py", line=301, qualname="app", source="await call()"),
                Frame(file="main.py", line=12, qualname="read", source="return 1 / item", app=True),
            ),
        ),
    }
    return finding("http.unhandled-exception", operation, **(values | changes))


def run_of(*findings: Finding, **changes: Any) -> Run:
    """A finished run that found these."""
    values: dict[str, Any] = {
        "target": "main:app",
        "started": "2026-01-02T03:04:05+00:00",
        "versions": {"asgitest": "1.2.3", "python": "3.12.1"},
        "subjects": tuple(dict.fromkeys(one.operation for one in findings)) or ("GET /items/{id}",),
        "checks": tuple(dict.fromkeys(one.check for one in findings)),
        "statistics": Statistics(cases=120, cpu_seconds=0.5, wall_seconds=1.25),
        "findings": findings,
    }
    return Run(**(values | changes))


class Project:
    """A folder with an app in it, and the command run there in this process.

    Args:
        folder: Becomes the working directory.
        capsys: Sees what the command writes.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def app(self, source: str) -> str:
        """Write an app into a module nobody has imported yet; return its import string."""
        name = f"app_under_test_{next(_NUMBERS)}"
        self.write(f"{name}.py", source)
        return f"{name}:app"

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run ``asgitest``; return exit code, standard output and standard error."""
        self._capsys.readouterr()
        code = main(list(words))
        written = self._capsys.readouterr()
        return code, written.out, written.err
