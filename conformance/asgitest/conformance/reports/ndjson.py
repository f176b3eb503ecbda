"""NDJSON: every event of a run as one JSON object a line; the file appears whole, at the end of the run.

Depends on: the events, redaction.
"""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from asgitest.conformance.events import FindingFound, RunFinished
from asgitest.conformance.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.events import Event
    from asgitest.conformance.redact import Redactor

__all__ = ["NDJSONReport", "event_line"]

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def event_line(event: Event, redactor: Redactor) -> str:
    """Write one event: its name in lower case under ``event``, then its fields.

    The run of the last event is left out but for its statistics; the findings were told before.
    """
    name = _CAPITAL.sub("-", type(event).__name__).lower()
    fields: dict[str, Any]
    if isinstance(event, FindingFound):
        fields = {"finding": redactor.finding(event.finding).model_dump(mode="json")}
    elif isinstance(event, RunFinished):
        run = event.run
        fields = {"statistics": run.statistics.model_dump(mode="json"), "interrupted": run.interrupted}
    else:
        fields = {item.name: _plain(getattr(event, item.name), redactor) for item in dataclasses.fields(event)}
    return json.dumps({"event": name, **fields})


def _plain(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, str):
        return redactor.text(value)
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


class NDJSONReport:
    """Collects event lines and writes them as a whole.

    Args:
        path: Where to.
        redactor: Hides secrets.
    """

    def __init__(self, path: Path, redactor: Redactor) -> None:
        self._path = path
        self._redactor = redactor
        self._lines: list[str] = []

    def __call__(self, event: Event) -> None:
        """Take an event."""
        self._lines.append(event_line(event, self._redactor))

    def close(self) -> None:
        """Write the file."""
        write_atomically(self._path, "".join(line + "\n" for line in self._lines))
