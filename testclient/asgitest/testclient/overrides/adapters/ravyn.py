"""Dependency overrides of Ravyn, which has no API for them: each ``Inject`` is made to ask the layers first.

As in Litestar, which parameters a dependency gets is decided when its handler is registered.

Source: Ravyn 0.4, ``ravyn.injector.Inject`` and ``Dispatcher.get_dependencies``.
Depends on: ``errors``, the engine.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from asgitest.testclient.errors import OverrideError
from asgitest.testclient.overrides.following import kind_of
from asgitest.testclient.overrides.graph import Node, Use, name_of
from asgitest.testclient.overrides.point import Point, point_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.testclient.overrides.replacement import Entry
    from asgitest.testclient.routes import Route

__all__ = ["RavynAdapter"]


class RavynAdapter:
    """What the engine has to know of Ravyn."""

    name = "Ravyn"
    capabilities = frozenset({"value", "call", "error", "wrap", "per_client"})

    def matches(self, app: Any, routes: Iterable[Route]) -> bool:  # noqa: ARG002 - the signature is given
        """Whether *app* is one of Ravyn."""
        return any(kind.__module__.partition(".")[0] == "ravyn" for kind in type(app).__mro__)

    def points(self, app: Any, routes: Iterable[Route]) -> Iterator[Point]:  # noqa: ARG002 - the signature is given
        """Each ``Inject`` once, with all the names it has."""
        seen: dict[int, RavynPoint] = {}
        for name, inject, _ in _injected(app.routes, ""):
            point = seen.setdefault(id(inject), point_at(RavynPoint, inject))
            point.names.add(name)
        yield from seen.values()

    def nodes(self, app: Any, routes: Iterable[Route]) -> Iterator[Node]:  # noqa: ARG002 - the signature is given
        """Each dependency by its function, and by the name it has in handlers."""
        for name, inject, path in _injected(app.routes, ""):
            use = Use(label=path, path=path, dependant=inject)
            yield Node(key=point_at(RavynPoint, inject).original, uses=[use])
            yield Node(key=name, uses=[use])

    def prepare(self, entry: Entry, node: Node | None, below: Entry | None) -> None:  # noqa: ARG002 - given
        """Check what is to be called.

        Raises:
            OverrideError: If it cannot take the place of the dependency.
        """
        function = entry.payload
        if entry.replacement.kind != "call":
            return
        if not callable(function):
            raise OverrideError(
                f"{name_of(entry.key)} cannot be overridden by calling {function!r:.80}\n  do:    use .value(...)"
            )
        if kind_of(function) in {"gen", "asyncgen"}:
            raise OverrideError(f"{name_of(entry.key)}: Ravyn has no dependencies that are generators")
        for use in node.uses if node is not None else ():
            known = inspect.signature(point_at(RavynPoint, use.dependant).original).parameters
            unknown = [name for name in inspect.signature(function).parameters if name not in known]
            if unknown:
                raise OverrideError(
                    f"{name_of(function)} takes {', '.join(unknown)}, but Ravyn gives {name_of(entry.key)} only "
                    f"{', '.join(known) or 'nothing'}: the parameters were fixed when {use.label} was registered"
                )


class RavynPoint(Point):
    """One ``Inject``.

    Args:
        inject: The object that handlers share.
    """

    def __init__(self, inject: Any) -> None:
        super().__init__(inject)
        self.inject = inject
        self.names: set[str] = set()
        self.original: Any = inject.dependency
        self._cached: bool = inject.use_cache

    def install(self) -> None:
        """Let the dependency ask the layers first."""
        self._cached = self.inject.use_cache
        self.inject.dependency = self._provide
        self.inject.use_cache = False

    def uninstall(self) -> None:
        """Put back what was there."""
        self.inject.dependency = self.original
        self.inject.use_cache = self._cached

    async def _provide(self, **given: Any) -> Any:
        entry = next((found for key in (self.original, *sorted(self.names)) if (found := self.find(key))), None)
        if entry is None:
            return await _settled(self.original(**given))
        entry.called()
        if entry.replacement.kind == "error":
            raise entry.raised()
        if entry.replacement.kind == "value":
            return entry.payload
        if entry.replacement.kind == "wrap":
            return await _settled(entry.payload(await _settled(self.original(**given))))
        taken = inspect.signature(entry.payload).parameters
        return await _settled(entry.payload(**{name: value for name, value in given.items() if name in taken}))


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _injected(routes: Iterable[Any], path: str) -> Iterator[tuple[str, Any, str]]:
    """Every dependency of every handler: its name there, itself, and the path."""
    for route in routes:
        here = path + str(getattr(route, "path", "") or "").rstrip("/")
        handler: Any = getattr(route, "handler", None)
        if getattr(handler, "signature_model", None):
            for name, inject in handler.get_dependencies().items():
                yield name, inject, here or "/"
        elif handler is None:
            yield from _injected(getattr(route, "routes", None) or (), here)
