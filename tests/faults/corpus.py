"""The corpus: apps with known faults, a twin of each without them, and the manifest that says what a finding must name.

The faults were written without looking at the checks, as the mistakes that developers make. Depends on: nothing but the
files beside it.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import sys
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent
SIDES = ("faulty", "clean")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault of one app.

    Args:
        id: Its name, for ever.
        family: What it is about; `drives_FAMILY.py` has the request that shows it.
        app: The module in `faulty/`, and of its twin in `clean/`.
        subjects: Where a finding may be reported.
        checks: Ids of checks, or beginnings of them, that count as finding it.
        sentence: What is wrong.
    """

    id: str
    family: str
    app: str
    subjects: tuple[str, ...]
    checks: tuple[str, ...]
    sentence: str

    def found_in(self, findings: list[tuple[str, str]]) -> bool:
        """Whether one of *findings*, pairs of check and subject, is about this fault."""
        return any(subject in self.subjects and check.startswith(self.checks) for check, subject in findings)


@functools.cache
def faults() -> Mapping[str, Fault]:
    """Give every fault of the manifest by its id."""
    entries = tomllib.loads((FOLDER / "faults.toml").read_text())["fault"]
    read = [
        Fault(**entry | {"subjects": tuple(entry["subjects"]), "checks": tuple(entry["checks"])}) for entry in entries
    ]
    return MappingProxyType({fault.id: fault for fault in read})


def apps() -> list[str]:
    return sorted({fault.app for fault in faults().values()})


def target(app: str, side: str) -> str:
    return f"tests.faults.{side}.{app}:app"


def fresh(app: str, side: str) -> Any:
    """Import the app anew, so that no drive sees what another one left in it."""
    name = target(app, side).removesuffix(":app")
    sys.modules.pop(name, None)
    return importlib.import_module(name).app
