"""Imports the app's own modules instrumented, and collects the literals of their source.

A finder before all others recognises modules whose source lies under the given folders, installed packages never
among them, and gives them a loader that rewrites the tree and puts the hooks into the module. Compiled caches are
neither read nor written for those modules.

Depends on: the rewriter and the recorder.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from asgitest.conformance.whitebox.instrument import HOOKS, instrument
from asgitest.conformance.whitebox.recorder import RECORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import CodeType, ModuleType

__all__ = ["InstrumentingFinder", "is_own_file", "literals_of_file"]

_FOREIGN = frozenset({"site-packages", "dist-packages", "node_modules", ".venv", "venv", ".tox", ".nox"})
_NEVER = ("asgitest", "pytest", "_pytest")
_STANDARD = tuple({sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib")})

Literal = str | bytes | int | float


def is_own_file(file: str, roots: Iterable[Path]) -> bool:
    """Tell whether a source file is the app's own: under a root, and not an installed package or the standard library.

    Args:
        file: Absolute name.
        roots: Absolute folders.
    """
    path = Path(file)
    for root in roots:
        try:
            inner = path.relative_to(root)
        except ValueError:
            continue
        return _FOREIGN.isdisjoint(inner.parts) and not _in_standard_library(file, root)
    return False


def _in_standard_library(file: str, root: Path) -> bool:
    return any(file.startswith(folder) and not str(root).startswith(folder) for folder in _STANDARD)


def literals_of_file(file: str) -> tuple[tuple[int, Literal], ...]:
    """Collect the constants of a source file with their lines; empty when it cannot be read or parsed."""
    try:
        tree = ast.parse(Path(file).read_bytes(), file)
    except (OSError, SyntaxError, ValueError):
        return ()
    return instrument(tree).literals


class _Loader(SourceFileLoader):
    """Loads one module from source, instrumented."""

    def __init__(self, name: str, path: str, finder: InstrumentingFinder) -> None:
        super().__init__(name, path)
        self._finder = finder

    def get_code(self, fullname: str) -> CodeType:
        """Compile the rewritten source; caches are left alone."""
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        result = instrument(tree, first_site=self._finder.next_site)
        self._finder.next_site += result.sites
        self._finder.literals[path] = result.literals
        return compile(result.tree, path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        """Put the hooks into the module and run it."""
        for name, method in HOOKS.items():
            module.__dict__[name] = getattr(RECORDER, method)
        super().exec_module(module)


class InstrumentingFinder(MetaPathFinder):
    """Finds the app's own modules; a context manager that is on ``sys.meta_path`` while it is entered.

    Args:
        roots: Folders of the app's own code.
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        self.roots = tuple(root.resolve() for root in roots)
        self.next_site = 1
        self.literals: dict[str, tuple[tuple[int, Literal], ...]] = {}

    @property
    def branches_total(self) -> int:
        """How many branches the modules imported so far have."""
        return 2 * (self.next_site - 1)

    def __enter__(self) -> Self:
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_exc: object) -> None:
        sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of the app's own modules; None for all others."""
        if fullname.partition(".")[0] in _NEVER:
            return None
        spec: Any = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or not spec.origin:
            return None
        if is_own_file(str(Path(spec.origin).resolve()), self.roots):
            spec.loader = _Loader(fullname, spec.origin, self)
        return spec if isinstance(spec.loader, _Loader) else None
