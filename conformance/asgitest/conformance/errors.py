"""What goes wrong before anything is tested: one sentence, the nearest match, exit code 2.

Depends on: the standard library.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ConformanceError", "TargetError", "UsageError", "nearest"]


class ConformanceError(Exception):
    """Base of all errors the command explains in one sentence instead of a traceback.

    The process ends with :attr:`exit_code`.
    """

    exit_code = 2


class UsageError(ConformanceError):
    """An option, a configuration value, or a file given by the user is wrong.

    Args:
        sentence: What is wrong.
        hint: What to do about it, often the nearest match.
    """

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(f"{sentence} {hint}".strip())
        self.sentence = sentence
        self.hint = hint


class TargetError(UsageError):
    """The app that shall be tested cannot be had: no such module or attribute, or it raises when it is imported."""


def nearest(name: str, known: Iterable[str], *, what: str = "") -> str:
    """Say which known name is meant, as a sentence; empty when nothing is near.

    Args:
        name: What was given.
        known: What exists.
        what: Put before the name, such as ``--``.
    """
    folded = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.5)
    return f"Did you mean {what}{folded[matches[0]]}?" if matches else ""
