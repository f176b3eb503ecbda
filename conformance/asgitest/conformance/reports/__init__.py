"""The reports: each turns a run into text; the terminal also shows it while it goes on.

A format is imported when it is asked for. The rich library is imported by the live terminal alone.

Depends on: the models, the events, the catalogue.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from asgitest.conformance.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.model import Run

__all__ = ["FORMATS", "renderer"]

FORMATS: dict[str, str] = {
    "json": "run.json, everything; the schema is published",
    "ndjson": "events.ndjson, one event a line",
    "junit": "junit.xml, for test reports of CI",
    "sarif": "asgitest.sarif, for code scanning and editors",
    "github": "workflow commands that annotate source lines, and the job summary",
    "markdown": "report.md",
}


def renderer(name: str) -> Callable[[Run], str]:
    """Find the function that writes a run in a format.

    Raises:
        UsageError: If there is no such format.
    """
    if name == "json":
        return _render_json
    if name not in FORMATS or name == "ndjson":
        raise UsageError(f"--report: there is no format {name!r}.", hint=nearest(name, FORMATS))
    try:
        module = import_module(f"asgitest.conformance.reports.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"asgitest.conformance.reports.{name}":
            raise
        raise UsageError(f"--report: the format {name!r} does not exist yet.") from None
    return cast("Callable[[Run], str]", getattr(module, f"render_{name}"))


def _render_json(run: Run) -> str:
    return run.model_dump_json(indent=2) + "\n"
