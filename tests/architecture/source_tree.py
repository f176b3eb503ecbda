"""The source modules of the project, read as text: names, syntax trees and imports. Nothing is imported."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parent.parent.parent
ROOTS = ("testclient", "conformance", "pytest_plugin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file: ``name`` is what an import statement says."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def place(self) -> str:
        """The path as seen from the project, for messages."""
        return str(self.path.relative_to(PROJECT))


@functools.cache
def modules() -> tuple[Module, ...]:
    """All source modules of the three roots, by name."""
    found = []
    for root in ROOTS:
        for path in sorted((PROJECT / root).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = ".".join(path.relative_to(PROJECT / root).with_suffix("").parts).removesuffix(".__init__")
            found.append(Module(name=name, path=path, tree=ast.parse(text), lines=len(text.splitlines())))
    return tuple(found)


def functions(module: Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """Every function of *module*, nested ones too: its qualified name, its node, and whether it is a method."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield prefix + child.name, child, isinstance(node, ast.ClassDef)
                yield from walk(child, f"{prefix}{child.name}.")
            elif isinstance(child, ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")
            else:
                yield from walk(child, prefix)

    yield from walk(module.tree, f"{module.name}:")


def imports_of(module: Module, names: frozenset[str]) -> set[str]:
    """The project's modules that *module* names in import statements, anywhere in the file.

    Imports inside functions and under ``TYPE_CHECKING`` count: a cycle that only a type checker sees still ties
    two modules together.
    """
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(module, node)
            found.update(full if (full := f"{base}.{alias.name}") in names else base for alias in node.names)
    return (found & names) - {module.name}


def absolute_base(module: Module, node: ast.ImportFrom) -> str:
    """The absolute name of the module that a ``from`` import reads."""
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    if module.path.name != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])
