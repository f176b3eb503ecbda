"""What the command line says, by the names of the settings.

Depends on: the errors, the configuration.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.config import build_options, load
from asgitest.conformance.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from asgitest.conformance.config import Config
    from asgitest.conformance.options import RunOptions

__all__ = ["command_line", "given_config", "given_options", "split"]

_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "WS"})
_LISTS = ("select", "ignore", "include", "exclude", "tags")
_PLAIN = (
    "app",
    "factory",
    "app_dir",
    "schema",
    "root_path",
    "base_url",
    "profile",
    "cases",
    "seed",
    "deterministic",
    "workers",
    "whitebox",
    "reset",
    "timeout",
    "max_findings",
    "allow_remote_refs",
    "fail_on",
    "strict",
    "baseline",
)


def given_config(arguments: argparse.Namespace) -> Config:
    """Read the configuration and lay the command line over it."""
    file = getattr(arguments, "config", None)
    return load(config_file=Path(file) if file else None, given=command_line(arguments))


def given_options(arguments: argparse.Namespace) -> RunOptions:
    """Read the options of a run from configuration and command line."""
    return build_options(given_config(arguments))


def command_line(arguments: argparse.Namespace) -> dict[str, Any]:
    """Collect what the command line says, by the names of the settings; None where it says nothing."""
    given: dict[str, Any] = {name: getattr(arguments, name, None) for name in _PLAIN}
    given |= {name: split(getattr(arguments, name, None)) for name in _LISTS}
    budget = getattr(arguments, "budget", None)
    given["budget"] = None if budget is None else _seconds(budget)
    return given


def split(words: list[str] | None) -> list[str] | None:
    """Split repeated, comma-separated options; a comma after a method belongs to the pattern (``GET,PUT /items``)."""
    if words is None:
        return None
    return [part for word in words for part in _parts(word) if part]


def _parts(word: str) -> Iterator[str]:
    waiting = ""
    for part in word.split(","):
        waiting += part.strip()
        if waiting.rpartition(",")[2] in _METHODS:
            waiting += ","
        else:
            yield waiting
            waiting = ""
    yield waiting.rstrip(",")


def _seconds(text: str) -> float:
    match = _TIME.fullmatch(text.strip())
    if match is None or float(match[1]) <= 0:
        raise UsageError(f"--budget wants a time such as 30s or 5m, not {text!r}.")
    return float(match[1]) * _UNITS[match[2] or "s"]
