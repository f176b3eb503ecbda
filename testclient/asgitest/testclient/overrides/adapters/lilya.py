"""Dependency overrides of Lilya: by name, in the mapping of the app's router.

Source: Lilya 0.29, ``Router.dependency_overrides`` and ``lilya.dependencies.Provide``.
Depends on: ``errors``, the engine.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from asgitest.testclient.overrides.following import follow
from asgitest.testclient.overrides.graph import Node, Use
from asgitest.testclient.overrides.point import CLIENT_LAYERS, Point, point_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, KeysView

    from asgitest.testclient.overrides.replacement import Entry
    from asgitest.testclient.routes import Route

__all__ = ["LilyaAdapter"]


class LilyaAdapter:
    """What the engine has to know of Lilya."""

    name = "Lilya"
    capabilities = frozenset({"value", "call", "error", "per_client"})

    def matches(self, app: Any, routes: Iterable[Route]) -> bool:  # noqa: ARG002 - the signature is given
        """Whether *app* is one of Lilya; Ravyn is built on it, and has dependencies of its own."""
        modules = {kind.__module__.partition(".")[0] for kind in type(app).__mro__}
        return "lilya" in modules and "ravyn" not in modules and hasattr(app, "override_dependency")

    def points(self, app: Any, routes: Iterable[Route]) -> Iterator[Point]:  # noqa: ARG002 - the signature is given
        """The router of the app: its overrides go down to what is included."""
        yield point_at(LilyaPoint, app.router)

    def nodes(self, app: Any, routes: Iterable[Route]) -> Iterator[Node]:  # noqa: ARG002 - the signature is given
        """Every name under which the app, its includes and its handlers have a dependency."""
        dependencies: dict[str, Any] = getattr(app, "dependencies", None) or {}
        yield from (Node(key=name, uses=[Use(label="the app")]) for name in dependencies)
        yield from _named(getattr(app, "routes", ()), "")

    def prepare(self, entry: Entry, node: Node | None, below: Entry | None) -> None:  # noqa: ARG002 - given
        """Make the ``Provide`` that Lilya is given."""
        provide: Any = sys.modules["lilya.dependencies"].Provide

        async def answer() -> Any:
            entry.called()
            if entry.replacement.kind == "error":
                raise entry.raised()
            return entry.payload

        is_call = entry.replacement.kind == "call"
        entry.provider = provide(follow(entry.payload, entry.called) if is_call else answer)


class LilyaMapping(dict[Any, Any]):
    """The router's own dict with the layers over it, as Lilya merges it into what a handler gets.

    Args:
        original: The router's own dict.
        point: Knows the layers.
    """

    def __init__(self, original: dict[Any, Any], point: Point) -> None:
        super().__init__(original)
        self.original = original
        self.point = point

    def _names(self) -> dict[Any, None]:
        layers = [*CLIENT_LAYERS.get(), *self.point.layers]
        return dict.fromkeys([*self.original, *(name for layer in layers for name in layer.table)])

    def __bool__(self) -> bool:
        return bool(self._names())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._names())

    def keys(self) -> KeysView[Any]:  # type: ignore[override]  # the view of another dict
        """The names that are replaced."""
        return self._names().keys()

    def __getitem__(self, name: Any) -> Any:
        entry = self.point.find(name)
        return self.original[name] if entry is None else entry.provider


class LilyaPoint(Point):
    """The ``dependency_overrides`` of one router.

    Args:
        router: The router.
    """

    def __init__(self, router: Any) -> None:
        super().__init__(router)
        self.router = router
        self.original: dict[Any, Any] = {}

    def install(self) -> None:
        """Put a mapping in the place of the router's own dict."""
        self.original = self.router.dependency_overrides
        self.router.dependency_overrides = LilyaMapping(self.original, self)

    def uninstall(self) -> None:
        """Put the router's own dict back, the same object."""
        self.router.dependency_overrides = self.original


def _named(routes: Iterable[Any], path: str) -> Iterator[Node]:
    """The dependencies that routes and their handlers name, those of included routes after them."""
    for route in routes:
        here = path + str(getattr(route, "path", "") or "").rstrip("/")
        handler = getattr(route, "handler", None)
        own: dict[str, Any] = getattr(route, "dependencies", None) or {}
        of_handler: dict[str, Any] = getattr(handler, "_lilya_dependencies", None) or {}
        for name in (*own, *of_handler):
            yield Node(key=name, uses=[Use(label=here or "/", path=here)])
        if handler is None:
            yield from _named(getattr(route, "routes", None) or (), here)
