"""The command ``asgitest``.

This module only reads the command line. What a command needs is imported when it runs, so that ``asgitest --help``
imports neither pydantic nor rich nor any generator.

Exit codes: 0 clean, 1 findings, 2 usage or target error, 3 internal error, 130 interrupted.

Depends on: the standard library; the commands by name.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

from asgitest.conformance.command_line import parse
from asgitest.conformance.errors import ConformanceError
from asgitest.conformance.output import complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

__all__ = ["main"]

_INTERNAL = 3
_INTERRUPTED = 130
_EXTRA = frozenset({"pydantic", "rich", "jsonschema_rs", "hypothesis", "schemathesis", "yaml"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The words after the command's name; None takes those of the process.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt:
        complain("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:
        if "--traceback" in words:
            raise
        return _explain(error)


def _run(words: list[str]) -> int:
    arguments = parse(words)
    module = import_module(f"asgitest.conformance.commands.{arguments.module}")
    code = int(cast("Callable[[argparse.Namespace], int]", module.run)(arguments))
    sys.stdout.flush()
    return code


def _explain(error: Exception) -> int:
    """Say in one sentence what went wrong, and choose the exit code."""
    if isinstance(error, ConformanceError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRA:
        complain(f"{error.name} is not installed; pip install 'asgitest[conformance]'")
        return ConformanceError.exit_code
    text = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
    complain(f"internal error: {text}; --traceback shows where.")
    return _INTERNAL


def _reader_left() -> int:
    """End quietly when whoever read the output went away (``asgitest list | head``), also when Python flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _INTERNAL
