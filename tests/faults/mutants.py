"""Mutants of the bookshop: the example app with one small change, in a folder of its own that is imported before it.

Depends on: examples.bookshop, and the manifest `mutants.toml`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from examples.bookshop.security import USERS, issue_token
from examples.bookshop.settings import Settings
from tests.faults.corpus import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BOOKSHOP = FOLDER.parents[1] / "examples" / "bookshop"
CONFIG = FOLDER / "mutants.conformance.toml"
TOKEN_SECONDS = 1_000_000_000


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One change of one file of the bookshop.

    Args:
        id: Its name, for ever.
        file: The file that is changed.
        old: What stands in it, once.
        new: What stands there instead.
        subjects: Where a finding may be reported.
        checks: Ids of checks, or beginnings of them, that count as finding it.
        include: The operations around the change.
        sentence: What is wrong.
    """

    id: str
    file: str
    old: str
    new: str
    subjects: tuple[str, ...]
    checks: tuple[str, ...]
    include: tuple[str, ...]
    sentence: str

    def found_in(self, findings: list[tuple[str, str]]) -> bool:
        """Whether one of *findings*, pairs of check and subject, is about this mutant."""
        return any(subject in self.subjects and check.startswith(self.checks) for check, subject in findings)


@functools.cache
def mutants() -> Mapping[str, Mutant]:
    """Give every mutant of the manifest by its id."""
    entries = tomllib.loads((FOLDER / "mutants.toml").read_text("utf-8"))["mutant"]
    lists = ("subjects", "checks", "include")
    read = [Mutant(**entry | {name: tuple(entry[name]) for name in lists}) for entry in entries]
    return MappingProxyType({mutant.id: mutant for mutant in read})


@contextlib.contextmanager
def folder_of(mutant: Mutant | None) -> Iterator[Path]:
    """Give a folder with `examples/bookshop`, changed as *mutant* says or not at all.

    Raises:
        ValueError: If the text to be replaced does not stand in the file exactly once.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "examples", "bookshop")
        shutil.copytree(BOOKSHOP, copy, ignore=shutil.ignore_patterns("tests", "__pycache__"))
        if mutant is not None:
            text = (copy / mutant.file).read_text("utf-8")
            if text.count(mutant.old) != 1:
                raise ValueError(f"{mutant.id}: {mutant.file} has changed, and the text to replace is not there once")
            (copy / mutant.file).write_text(text.replace(mutant.old, mutant.new), "utf-8")
        yield Path(folder)


@contextlib.contextmanager
def imported(mutant: Mutant | None) -> Iterator[Any]:
    """Give the app, imported from a folder of its own; what was imported before is put back."""
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "examples"}
    for name in before:
        del sys.modules[name]
    with folder_of(mutant) as folder:
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        try:
            yield importlib.import_module("examples.bookshop").app
        finally:
            sys.path.remove(str(folder))
            for name in [name for name in sys.modules if name.partition(".")[0] == "examples"]:
                del sys.modules[name]
            sys.modules.update(before)


@functools.cache
def token() -> str:
    """Give a token of the staff that outlives every run."""
    return issue_token("grace", USERS["grace"][1], Settings(token_seconds=TOKEN_SECONDS))
