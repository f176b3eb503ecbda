"""Exceptions as reports carry them: type, message, and the frames that matter.

Depends on: the models.
"""

from __future__ import annotations

import linecache
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from asgitest.conformance.model import ExceptionRecord, Frame
from asgitest.conformance.whitebox import is_own_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["describe_exception", "relative_file"]

_MOST_FRAMES = 25
_OUTERMOST = 5
_LONGEST_MESSAGE = 1000
_OURS = f"asgitest{'/'}conformance"


def relative_file(file: str) -> str:
    """Write a file relative to the working directory where it is below it."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def describe_exception(error: BaseException, roots: Sequence[Path]) -> ExceptionRecord:
    """Describe an exception.

    Args:
        error: What was raised.
        roots: Folders of the app's own code; frames there are marked.
    """
    frames = _frames(error.__traceback__, roots)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if not any(frame.app for frame in frames) and cause is not None:
        own = [frame for frame in _frames(cause.__traceback__, roots) if frame.app]
        frames = [*frames, *own]
    return ExceptionRecord(
        type=_qualified(type(error)),
        message=_message(error),
        frames=tuple(_chosen(frames)),
        cause=f"{_qualified(type(cause))}: {_message(cause)}" if cause is not None else None,
    )


def _qualified(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_LONGEST_MESSAGE]
    except Exception as inner:  # noqa: BLE001  an exception of the app may not even print
        return f"<str() raised {type(inner).__name__}>"


def _frames(trace: TracebackType | None, roots: Sequence[Path]) -> list[Frame]:
    frames: list[Frame] = []
    for frame, line in traceback.walk_tb(trace):
        code = frame.f_code
        file = code.co_filename
        if _OURS in file:
            continue
        frames.append(
            Frame(
                file=relative_file(file),
                line=max(1, line or 1),
                qualname=code.co_qualname,
                source=linecache.getline(file, line or 1).strip()[:200],
                app=is_own_file(file, roots),
            )
        )
    return frames


def _chosen(frames: list[Frame]) -> list[Frame]:
    """Keep the app's own frames and the innermost ones; of many, the outermost and the innermost."""
    if len(frames) <= _MOST_FRAMES:
        return frames
    tail = set(range(len(frames) - 8, len(frames)))
    kept = [frame for index, frame in enumerate(frames) if frame.app or index in tail]
    if len(kept) <= _MOST_FRAMES:
        return kept
    return [*kept[:_OUTERMOST], *kept[_OUTERMOST - _MOST_FRAMES :]]
