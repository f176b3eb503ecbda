"""What a framework has to tell so that its dependencies can be overridden, and which frameworks do.

Depends on: the adapters.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from typing import TYPE_CHECKING, Any, Protocol

from asgitest.testclient.overrides.adapters.containers import ContainerAdapter
from asgitest.testclient.overrides.adapters.fastapi import FastAPIAdapter
from asgitest.testclient.overrides.adapters.lilya import LilyaAdapter
from asgitest.testclient.overrides.adapters.litestar import LitestarAdapter
from asgitest.testclient.overrides.adapters.ravyn import RavynAdapter
from asgitest.testclient.overrides.graph import Survey
from asgitest.testclient.routes import iter_routes, unwrap_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.testclient.overrides.graph import Node
    from asgitest.testclient.overrides.point import Point
    from asgitest.testclient.overrides.replacement import Entry
    from asgitest.testclient.routes import Route

__all__ = ["GROUP", "Adapter", "adapter_of_key", "survey"]

GROUP = "asgitest.overrides"
"""The entry-point group by which packages bring adapters: each entry is a class without arguments."""

_KEPT = "_asgitest_dependencies"
_lock = threading.RLock()


class Adapter(Protocol):
    """One framework with dependency injection."""

    name: str
    capabilities: frozenset[str]
    """Of ``value``, ``call``, ``error``, ``wrap`` and ``per_client``."""

    def matches(self, app: Any, routes: Iterable[Route]) -> bool:
        """Whether *app*, which has *routes*, belongs to the framework."""
        ...

    def points(self, app: Any, routes: Iterable[Route]) -> Iterable[Point]:
        """Where *app* looks its dependencies up."""
        ...

    def nodes(self, app: Any, routes: Iterable[Route]) -> Iterable[Node]:
        """The dependencies of *app*; a key may come several times."""
        ...

    def prepare(self, entry: Entry, node: Node | None, below: Entry | None) -> None:
        """Make ``entry.provider``; *below* is what the dependency is replaced by already, if it is."""
        ...


def survey(app: Any) -> Survey:
    """Read the dependencies of *app*, and of every app that is mounted in it.

    What was read is kept on the app, and read again when its routes have changed.
    """
    root = unwrap_app(app)
    with _lock:
        tables = list(_routes_of(root, seen=set()))
        known = getattr(root, "__dict__", {}).get(_KEPT)
        if known is None or not _same(known[0], tables):
            known = (tables, _read(app))
            with contextlib.suppress(AttributeError):
                object.__setattr__(root, _KEPT, known)
    found: Survey = known[1]
    return found


def _routes_of(app: Any, *, seen: set[int]) -> Iterator[Any]:
    """Every route object of *app*, of its included routers and mounted apps: cheaper than to know what they are."""
    if id(app) in seen:
        return
    seen.add(id(app))
    for route in getattr(app, "routes", ()):
        yield route
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if inner is not None and hasattr(inner, "routes"):
            yield from _routes_of(inner, seen=seen)


def _same(some: list[Any], others: list[Any]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _read(app: Any) -> Survey:
    owners: dict[int, tuple[Any, list[Route]]] = {}
    root = unwrap_app(app)
    owners[id(root)] = (root, [])
    for route in iter_routes(app):
        owners.setdefault(id(route.app), (route.app, []))[1].append(route)
    found = Survey()
    for owner, routes in owners.values():
        for adapter in _adapters():
            if adapter.matches(owner, routes):
                _add(found, adapter, owner=owner, routes=routes)
                break
    return found


def _add(found: Survey, adapter: Adapter, *, owner: Any, routes: list[Route]) -> None:
    found.points.extend(adapter.points(owner, routes))
    if adapter.name not in found.frameworks:
        found.frameworks.append(adapter.name)
    for node in adapter.nodes(owner, routes):
        known = found.nodes.setdefault(node.key, node)
        found.adapters.setdefault(node.key, adapter)
        if known is not node:
            known.uses.extend(node.uses)
    found.adapters.setdefault(None, adapter)


@functools.cache
def _adapters() -> tuple[Adapter, ...]:
    """The adapters of this package, then those that other packages bring."""
    import importlib.metadata  # noqa: PLC0415 - only who overrides something pays for it

    others = [entry.load()() for entry in importlib.metadata.entry_points(group=GROUP)]
    return (FastAPIAdapter(), LitestarAdapter(), LilyaAdapter(), RavynAdapter(), *others)


def adapter_of_key(key: Any) -> ContainerAdapter | None:
    """The adapter of a framework whose dependencies are found by themselves, not through an app."""
    return _containers if _containers.owns(key) else None


_containers = ContainerAdapter()
