"""The dependencies of an app as a graph: what is used, by which routes, and whether an override would be heard.

Depends on: ``routes``.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asgitest.testclient.overrides.point import Point

__all__ = ["Node", "Survey", "Use", "name_of", "place_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One route that needs a dependency, itself or through another.

    Args:
        label: Method and path, such as ``GET /items/{id}``.
        path: The template of the route inside its app.
        websocket: Whether the route is one.
        heard: Whether the app looks for overrides there.
        dependant: What the framework knows of the dependency in this route.
        route: What the framework knows of the route.
    """

    label: str
    path: str = ""
    websocket: bool = False
    heard: bool = True
    dependant: Any = None
    route: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One dependency.

    Args:
        key: The object that stands in ``Depends(...)``, or the name it has.
        uses: The routes that need it.
    """

    key: Any
    uses: list[Use] = field(default_factory=list[Use])


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All dependencies of an app and of what is mounted in it.

    Args:
        nodes: By key.
        points: Where they are looked up.
        adapters: By key, who knows how to replace it.
        frameworks: The names of all adapters that know a part of the app.
    """

    nodes: dict[Any, Node] = field(default_factory=dict[Any, Node])
    points: list[Point] = field(default_factory=list["Point"])
    adapters: dict[Any, Any] = field(default_factory=dict[Any, Any])
    frameworks: list[str] = field(default_factory=list[str])


def name_of(key: Any) -> str:
    """A dependency as a reader knows it: module and qualified name, or the repr of an instance."""
    if isinstance(key, str):
        return repr(key)
    qualname = getattr(key, "__qualname__", None)
    if qualname is None:
        return f"{key!r:.80}"
    return f"{getattr(key, '__module__', '?')}.{qualname}"


def place_of(key: Any) -> str:
    """Where a dependency is written, as `` (file:line)``; empty if that is not known."""
    plain = inspect.unwrap(key) if callable(key) else key
    code = getattr(plain, "__code__", None)
    return f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
