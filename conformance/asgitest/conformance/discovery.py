"""Where an app is found when nobody says where: by the rules of ``fastapi dev``, and the usual names elsewhere.

Nothing is imported here: files are only read.

Source: FastAPI documentation, FastAPI CLI. Depends on: errors.
"""

from __future__ import annotations

import ast
import tomllib
from typing import TYPE_CHECKING, Any

from asgitest.conformance.errors import TargetError, nearest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["APP_NAMES", "FACTORY_NAMES", "discover", "locate"]

APP_NAMES = ("app", "api", "application")
FACTORY_NAMES = ("create_app", "make_app", "get_app", "build_app")

_FILES = ("main.py", "app.py", "api.py", "asgi.py", "server.py")
_FOLDERS = (".", "app", "src", "src/app", "api", "backend", "backend/app")


def discover(directory: Path) -> str:
    """Find the app of a project.

    Args:
        directory: Where to look.

    Returns:
        ``module:attribute``.

    Raises:
        TargetError: If there is none.
    """
    declared = _declared(directory)
    if declared is not None:
        return declared
    for folder in _FOLDERS:
        for name in _FILES:
            file = directory / folder / name
            attribute = _app_in(file) if file.is_file() else None
            if attribute is not None:
                return f"{file.relative_to(directory)}:{attribute}"
    for file in sorted(directory.glob("*/asgi.py")):
        if (attribute := _app_in(file)) is not None:
            return f"{file.relative_to(directory)}:{attribute}"
    raise TargetError(
        f"No app found in {directory.name or str(directory)!r}: none of {', '.join(_FILES)} has one.",
        hint="Name it: asgitest check module:attribute.",
    )


def locate(spec: str, directory: Path) -> tuple[str, str, Path]:
    """Split a target into what to import and what to take from it.

    Args:
        spec: ``module:attribute``, ``module``, ``path/to/file.py``, or ``path/to/file.py:attribute``.
        directory: What a path is relative to.

    Returns:
        Module name, attribute (may be empty), and the folder from which the module is imported.

    Raises:
        TargetError: If *spec* has not that form, or names a file that does not exist.
    """
    place, colon, attribute = spec.rpartition(":") if ":" in spec else (spec, "", "")
    if colon and not all(part.isidentifier() for part in attribute.split(".")):
        raise TargetError(f"{spec!r} names no attribute after the colon.", hint="Write module:attribute.")
    if place.endswith(".py") or "/" in place:
        return _module_of_file(place, attribute, directory)
    if not all(part.isidentifier() for part in place.split(".")):
        raise TargetError(f"{spec!r} is no import string.", hint="Write module:attribute.")
    return place, attribute, directory


def _module_of_file(place: str, attribute: str, directory: Path) -> tuple[str, str, Path]:
    """The module a file is, with the packages it stands in."""
    file = (directory / place).resolve()
    if file.is_dir() and (file / "__init__.py").is_file():
        file /= "__init__.py"
    if not file.is_file():
        known = [one.name for one in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise TargetError(f"There is no file {place!r}.", hint=nearest(file.name, known))
    parts = [] if file.stem == "__init__" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), attribute, folder


def _declared(directory: Path) -> str | None:
    """What ``pyproject.toml`` says to ``fastapi dev``: ``[tool.fastapi] entrypoint``."""
    file = directory / "pyproject.toml"
    try:
        document: Any = tomllib.loads(file.read_text("utf-8"))
        entrypoint = document["tool"]["fastapi"]["entrypoint"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return entrypoint if isinstance(entrypoint, str) else None


def _app_in(file: Path) -> str | None:
    """The name under which a file has an app or a factory, told from its text."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    names = _top_level_names(tree)
    return next((name for name in (*APP_NAMES, *FACTORY_NAMES) if name in names), None)


def _top_level_names(tree: ast.Module) -> set[str]:
    """Names a module binds at its top level, by assignment, definition, or import."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.Assign():
                names.update(target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ImportFrom():
                names.update(alias.asname or alias.name for alias in node.names)
            case _:
                pass
    return names
