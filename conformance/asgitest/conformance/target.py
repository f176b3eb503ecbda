"""What is tested: an app found by an import string, a file, a factory, or by looking around.

The rules are those of uvicorn (``module:attribute.attribute``, ``--factory``, the directory put before ``sys.path``)
and of ``fastapi dev`` (a bare file or module name; see :mod:`~asgitest.conformance.discovery`). Whatever is wrong is
said in one sentence with the nearest match; the original exception is the cause.

Depends on: the test client's way to tell apps, discovery, adapters.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters import find_adapter
from asgitest.conformance.discovery import APP_NAMES, FACTORY_NAMES, discover, locate
from asgitest.conformance.errors import TargetError, nearest
from asgitest.testclient.application import as_asgi3
from asgitest.testclient.errors import MisuseError
from asgitest.testclient.routes import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from asgitest.conformance.adapters import Adapter

__all__ = ["Target", "TargetError", "resolve_target", "target_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """An app and how to get a fresh one.

    Args:
        spec: ``module:attribute``; empty for an object that was handed over.
        app: The app.
        adapter: What knows its framework.
        factory: What makes a fresh app; None when there is only the one.
        source: File and 1-based line where the app is made.
        label: How reports call it.
        app_dir: What was put before ``sys.path``.
    """

    spec: str
    app: Any
    adapter: Adapter
    factory: Callable[[], Any] | None = None
    source: tuple[str, int] | None = None
    label: str = ""
    app_dir: Path = field(default_factory=Path)

    def load(self) -> Any:
        """Return a fresh app from the factory, or the only one.

        Raises:
            TargetError: If the factory raises.
        """
        return self.app if self.factory is None else _made_by(self.factory, self.spec)


def resolve_target(spec: str | None, *, factory: bool = False, app_dir: Path | str | None = None) -> Target:
    """Import the app that *spec* names.

    Args:
        spec: ``module:attribute``, a module or a file (then the usual names are tried), or None to look around.
        factory: Whether the attribute is called without arguments. A function that takes none always is.
        app_dir: Put before ``sys.path``; default the working directory.

    Raises:
        TargetError: If there is no such app.
    """
    directory = Path(app_dir or ".").resolve()
    if not directory.is_dir():
        raise TargetError(f"The app directory {str(app_dir)!r} does not exist.")
    if spec is None:
        spec = discover(directory)
    module_name, attribute, search = locate(spec, directory)
    for folder in dict.fromkeys((str(directory), str(search))):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    module = _import(module_name, search)
    attribute = attribute or _usual_name(module, module_name)
    spec = f"{module_name}:{attribute}"
    found = _attribute(module, attribute, spec)
    make = found if factory or _takes_nothing(found) else None
    app = _checked(found if make is None else _made_by(make, spec), spec)
    return Target(
        spec=spec,
        app=app,
        adapter=find_adapter(app),
        factory=make,
        source=source_of(make) if make is not None else _assigned_at(module, attribute),
        label=spec,
        app_dir=directory,
    )


def target_of(app: Any, *, factory: Callable[[], Any] | None = None, label: str = "") -> Target:
    """Make a target of an app that is at hand, as the pytest plugin and tests have it.

    Raises:
        TargetError: If it is no ASGI app.
    """
    label = label or type(app).__name__
    return Target(
        spec="",
        app=_checked(app, label),
        adapter=find_adapter(app),
        factory=factory,
        source=source_of(factory or app),
        label=label,
    )


def _import(name: str, search: Path) -> ModuleType:
    """Import a module, and say what is wrong with it in one sentence."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise TargetError(f"There is no module {name!r}.", hint=_nearest_module(name, search)) from error
        raise TargetError(f"Importing {name!r} failed: {_told(error)}.") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise TargetError(f"Importing {name!r} failed: {_told(error)}.") from error


def _nearest_module(name: str, search: Path) -> str:
    """The module that may have been meant, looked for where the first unknown part of *name* would be."""
    parent, _, last = name.rpartition(".")
    while parent and parent not in sys.modules:
        parent, _, last = parent.rpartition(".")
    paths: Iterable[str] = sys.modules[parent].__path__ if parent else [str(search)]
    names = [module.name for module in pkgutil.iter_modules(paths)]
    return nearest(last, names, what=f"{parent}." if parent else "")


def _usual_name(module: ModuleType, name: str) -> str:
    """Find the app in a module that was given without an attribute: by its name, else by what it is."""
    for usual in (*APP_NAMES, *FACTORY_NAMES):
        if callable(getattr(module, usual, None)):
            return usual
    for attribute, value in vars(module).items():
        if not inspect.isclass(value) and find_adapter(value).name != "generic":
            return attribute
    raise TargetError(f"No app found in module {name!r}.", hint=f"Name it: {name}:ATTRIBUTE.")


def _attribute(module: ModuleType, path: str, spec: str) -> Any:
    """Follow ``attribute.attribute`` from a module."""
    found: Any = module
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            names = [name for name in dir(found) if not name.startswith("__")]
            owner = f"Module {module.__name__!r}" if found is module else f"{spec!r}: {type(found).__name__}"
            raise TargetError(f"{owner} has no attribute {part!r}.", hint=nearest(part, names)) from error
    return found


def _takes_nothing(found: Any) -> bool:
    """Whether *found* is a function without parameters, which no ASGI app can be."""
    if not (inspect.isfunction(found) or (isinstance(found, functools.partial) and inspect.isfunction(found.func))):  # pyright: ignore[reportUnknownMemberType]  # a partial does not say of what
        return False
    parameters = inspect.signature(found).parameters.values()  # pyright: ignore[reportUnknownArgumentType]  # as above
    needed = [one for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    return not needed


def _made_by(factory: Any, spec: str) -> Any:
    """Call a factory."""
    name = f"The factory {spec!r}" if spec else "The factory"
    if not callable(factory):
        raise TargetError(f"{name} is {_kind(factory)} and cannot be called.")
    try:
        app = factory()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise TargetError(f"{name} failed: {_told(error)}.") from error
    if inspect.iscoroutine(app):
        app.close()
        raise TargetError(f"{name} is async; a factory returns the app itself.")
    return app


def _checked(app: Any, spec: str) -> Any:
    """Return *app* if it can be an ASGI app.

    Raises:
        TargetError: If it cannot.
    """
    if inspect.ismodule(app) or not callable(app):
        raise TargetError(f"{spec!r} is {_kind(app)}, not an ASGI app.")
    try:
        as_asgi3(app)
    except MisuseError as error:
        raise TargetError(f"{spec!r} is no ASGI app: {error}.") from error
    return app


def _kind(value: Any) -> str:
    """What a value is, with its article."""
    name = "module" if inspect.ismodule(value) else type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _told(error: BaseException) -> str:
    """An exception in one line, with the place where it was raised."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} ({_short(error.filename or '?')}:{error.lineno})"
    text = " ".join(str(error).split())
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and frame.filename != __file__ and "importlib" not in frame.filename
    ]
    place = f" ({_short(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{f': {text}' if text else ''}{place}".rstrip(".")


def _short(file: str) -> str:
    """A file relative to the working directory, where it is below."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def _assigned_at(module: ModuleType, attribute: str) -> tuple[str, int] | None:
    """File and line where a module assigns or defines the first part of *attribute*; else its first line."""
    file = getattr(module, "__file__", None)
    if file is None or not file.endswith(".py"):
        return None
    name = attribute.partition(".")[0]
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return file, 1
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            return file, node.lineno
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in _assigned_names(node):
            return file, node.lineno
    return file, 1


def _assigned_names(node: ast.Assign | ast.AnnAssign) -> set[str]:
    """The plain names an assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}
