"""Where reports go: ``json:coverage.json,html:coverage.html,md:coverage.md``.

Depends on: goals, summary, the three formats, files, errors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from asgitest.conformance.coverage.goals import DIMENSIONS, Dimension
from asgitest.conformance.coverage.html import as_html
from asgitest.conformance.coverage.markdown import as_markdown
from asgitest.conformance.coverage.summary import summarise
from asgitest.conformance.errors import UsageError, nearest
from asgitest.conformance.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.conformance.coverage.goals import Coverage

__all__ = ["Output", "read_outputs", "read_thresholds", "write_outputs"]

Format = Literal["term", "json", "html", "md"]
_FORMATS: tuple[Format, ...] = ("term", "json", "html", "md")
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One report.

    Args:
        format: ``term``, ``json``, ``html`` or ``md``.
        path: Of the file; None for the terminal.
    """

    format: Format
    path: Path | None = None


def read_outputs(words: Iterable[str]) -> tuple[Output, ...]:
    """Read what a user asked for.

    Args:
        words: Each ``FORMAT:FILE`` or ``term``, or several of them with commas between.

    Raises:
        UsageError: If there is no such format, or a file is missing.
    """
    return tuple(_output(one.strip()) for word in words for one in word.split(",") if one.strip())


def read_thresholds(words: Iterable[str]) -> dict[Dimension, float]:
    """Read the percentages that a run must reach.

    Args:
        words: Each ``N`` (of operations and WebSocket routes) or ``DIMENSION=N``, or several with commas between.

    Raises:
        UsageError: If there is no such dimension, or N is no percentage.
    """
    thresholds: dict[Dimension, float] = {}
    for one in (part.strip() for word in words for part in word.split(",")):
        name, equals, number = one.rpartition("=")
        least = _percentage(number, one)
        if not equals:
            thresholds |= {"operations": least, "websockets": least}
        elif name in DIMENSIONS:
            thresholds[name] = least
        else:
            hint = nearest(name, DIMENSIONS) or f"Dimensions are {', '.join(DIMENSIONS)}."
            raise UsageError(f"There is no dimension {name!r} of API coverage.", hint=hint)
    return thresholds


def write_outputs(coverage: Coverage, outputs: Iterable[Output]) -> list[Path]:
    """Write the reports that go into files.

    Returns:
        The files.
    """
    written: list[Path] = []
    for output in outputs:
        if output.path is not None:
            write_atomically(output.path, _text(coverage, output.format))
            written.append(output.path)
    return written


def _text(coverage: Coverage, kind: Format) -> str:
    """The report in a format."""
    if kind == "json":
        return json.dumps(coverage.as_json(), indent=1, ensure_ascii=False) + "\n"
    return as_html(summarise(coverage)) if kind == "html" else as_markdown(summarise(coverage))


def _output(word: str) -> Output:
    name, colon, path = word.partition(":")
    if name not in _FORMATS:
        hint = nearest(name, _FORMATS) or f"Formats are {', '.join(_FORMATS)}."
        raise UsageError(f"There is no format {name!r} of API coverage.", hint=hint)
    if name == "term":
        return Output(format=name)
    if not (colon and path):
        raise UsageError(f"The format {name} of API coverage needs a file.", hint=f"Write {name}:coverage.{name}.")
    return Output(format=name, path=Path(path))


def _percentage(text: str, word: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= _WHOLE:
        raise UsageError(f"{word!r} is no threshold of API coverage.", hint="Write 90 or statuses=60.")
    return value
