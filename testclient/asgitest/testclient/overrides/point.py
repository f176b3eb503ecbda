"""Where apps look their dependencies up, and in which layers they find them.

A point is one place of lookup: FastAPI has one for each app, Litestar one for each provider. While at least one layer
holds it, it is installed; when the last one lets go, what was there before is there again. Layers may end in any order.

Depends on: nothing.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.testclient.overrides.replacement import Entry

__all__ = ["CLIENT_LAYERS", "Point", "Table", "point_at"]


class Table(Protocol):
    """What a point needs to know of a layer."""

    @property
    def table(self) -> Mapping[Any, Entry]:
        """The replacements of the layer, by dependency."""
        ...

    @property
    def rank(self) -> int:
        """The higher, the more it counts: session, module, function."""
        ...


CLIENT_LAYERS: ContextVar[tuple[Table, ...]] = ContextVar("asgitest_client_layers", default=())
"""The layers of the client whose call runs in this context, innermost first."""

_known: WeakValueDictionary[tuple[type[Point], int], Point] = WeakValueDictionary()

_lock = threading.RLock()
P = TypeVar("P", bound="Point")


def point_at(kind: type[P], owner: Any) -> P:
    """The one point of *owner*, made when it is first asked for; it is gone when nobody has use for it.

    Args:
        kind: The class of the point; called with the owner.
        owner: What the point is to be installed in. The point keeps it alive, so its id is its own.
    """
    with _lock:
        point = _known.get((kind, id(owner)))
        if not isinstance(point, kind):
            point = _known[kind, id(owner)] = kind(owner)
        return point


class Point:
    """One place of lookup. Adapters say how it is installed."""

    def __init__(self, owner: Any = None) -> None:
        self.owner = owner
        """What it is installed in."""
        self.layers: list[Table] = []
        """The layers that count for every client, the one that counts most last."""
        self._held: list[Table] = []

    def hold(self, layer: Table, *, shared: bool) -> None:
        """Install the point for as long as *layer* holds it.

        Args:
            layer: Holds it; more than once if it likes.
            shared: Whether every client sees the layer, or only calls that have it in their context.
        """
        with _lock:
            if not self._held:
                self.install()
            self._held.append(layer)
            if shared and layer not in self.layers:
                self.layers.append(layer)
                self.layers.sort(key=lambda each: each.rank)

    def release(self, layer: Table) -> None:
        """Let go of the point, once for each time it was held."""
        with _lock:
            self._held.remove(layer)
            if layer in self.layers and layer not in self._held:
                self.layers.remove(layer)
            if not self._held:
                self.uninstall()

    def find(self, key: Any) -> Entry | None:
        """What counts for *key* in this context; ``None`` if nothing replaces it."""
        for layer in CLIENT_LAYERS.get():
            entry = layer.table.get(key)
            if entry is not None:
                return entry
        for layer in reversed(self.layers):
            entry = layer.table.get(key)
            if entry is not None:
                return entry
        return None

    def below(self, layer: Table, key: Any) -> Entry | None:
        """What would count for *key* if *layer* and those above it were not there."""
        lower = self.layers[: self.layers.index(layer)] if layer in self.layers else self.layers
        return next((each.table[key] for each in reversed(lower) if key in each.table), None)

    def is_active(self) -> bool:
        """Whether anything is replaced in this context."""
        return any(layer.table for layer in CLIENT_LAYERS.get()) or any(layer.table for layer in self.layers)

    def install(self) -> None:
        """Take the place of what the framework looks things up in."""
        raise NotImplementedError

    def uninstall(self) -> None:
        """Put back what was there."""
        raise NotImplementedError
