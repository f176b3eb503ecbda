"""What stands under ``app.dependency_overrides`` while a layer is open.

FastAPI asks two things of it: whether it is true, and ``get(call, call)``. Both look into the layers. All else, such as
copying, clearing and iterating, is about the app's own dict, so code that saves and restores it goes on to work.

Source: FastAPI 0.165, ``solve_dependencies``.
Depends on: ``point``, ``errors``.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

from asgitest.testclient.errors import OverrideWarning
from asgitest.testclient.overrides.graph import name_of
from asgitest.testclient.overrides.point import Point, point_at

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, KeysView, ValuesView

    from asgitest.testclient.overrides.point import Table

__all__ = ["FastAPIPoint", "OverrideMapping", "point_of"]


def point_of(app: Any) -> FastAPIPoint:
    """The point of a FastAPI app; it has one at a time."""
    return point_at(FastAPIPoint, app)


class OverrideMapping(dict[Any, Any]):
    """The app's own dict, seen through the layers.

    Args:
        original: The app's own dict.
        point: Knows the layers.
    """

    def __init__(self, original: dict[Any, Any], point: Point) -> None:
        super().__init__()
        self.original = original
        self.point = point
        self.late: set[Any] = set()
        """What has been set while a layer was open: it was set last, so it counts most."""

    def __bool__(self) -> bool:
        return self.point.is_active() or bool(self.original)

    def get(self, key: Any, default: Any = None) -> Any:
        """What replaces *key*."""
        if key not in self.late:
            entry = self.point.find(key)
            if entry is not None:
                return entry.provider
        return self.original.get(key, default)

    def __getitem__(self, key: Any) -> Any:
        return self.original[key]

    def __contains__(self, key: object) -> bool:
        return key in self.original

    def __setitem__(self, key: Any, value: Any) -> None:
        self.original[key] = value
        self.late.add(key)

    def __delitem__(self, key: Any) -> None:
        del self.original[key]
        self.late.discard(key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.original)

    def __len__(self) -> int:
        return len(self.original)

    def __eq__(self, other: object) -> bool:
        return self.original == other

    def __ne__(self, other: object) -> bool:
        return self.original != other

    __hash__ = None

    def __repr__(self) -> str:
        return repr(self.original)

    def __or__(self, other: dict[Any, Any]) -> dict[Any, Any]:
        return self.original | other

    def __ior__(self, other: Any) -> Self:  # type: ignore[misc]  # of anything
        self.update(other)
        return self

    def keys(self) -> KeysView[Any]:  # type: ignore[override]  # the view of another dict
        """The keys of the app's own dict."""
        return self.original.keys()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # the view of another dict
        """The values of the app's own dict."""
        return self.original.values()

    def items(self) -> ItemsView[Any, Any]:  # type: ignore[override]  # the view of another dict
        """The items of the app's own dict."""
        return self.original.items()

    def copy(self) -> dict[Any, Any]:
        """A copy of the app's own dict."""
        return self.original.copy()

    def clear(self) -> None:
        """Empty the app's own dict. The layers stay: whoever opened them closes them."""
        self.original.clear()
        self.late.clear()

    def pop(self, key: Any, *default: Any) -> Any:
        """Take *key* out of the app's own dict."""
        self.late.discard(key)
        return self.original.pop(key, *default)

    def popitem(self) -> tuple[Any, Any]:
        """Take the last item out of the app's own dict."""
        key, value = self.original.popitem()
        self.late.discard(key)
        return key, value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Set *key* in the app's own dict if it is not there."""
        if key not in self.original:
            self[key] = default
        return self.original[key]

    def update(self, *others: Any, **named: Any) -> None:
        """Set all of them in the app's own dict."""
        for key, value in dict(*others, **named).items():
            self[key] = value


class FastAPIPoint(Point):
    """The ``dependency_overrides`` of one FastAPI app.

    Args:
        app: The app.
    """

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.app = app
        self.mapping: OverrideMapping | None = None
        self._before: dict[int, dict[Any, Any]] = {}

    def install(self) -> None:
        """Put a mapping in the place of the app's own dict."""
        self.mapping = OverrideMapping(self.app.dependency_overrides, self)
        self.app.dependency_overrides = self.mapping

    def uninstall(self) -> None:
        """Put the app's own dict back, the same object."""
        if self.mapping is not None:
            self.app.dependency_overrides = self.mapping.original
            self.mapping = None

    def hold(self, layer: Table, *, shared: bool) -> None:
        """Remember what the app's own dict held before *layer*, unless that lasts for one call only."""
        super().hold(layer, shared=shared)
        if shared and self.mapping is not None:
            self._before[id(layer)] = dict(self.mapping.original)

    def release(self, layer: Table) -> None:
        """Take *layer* away, and put right what was changed behind its back."""
        before = self._before.pop(id(layer), None)
        if before is not None:
            self._put_right(before, lost=bool(layer.table))
        super().release(layer)

    def _put_right(self, before: dict[Any, Any], *, lost: bool) -> None:
        mapping = self.mapping
        if mapping is None:
            return
        rebound = self.app.dependency_overrides is not mapping
        found = dict(self.app.dependency_overrides)
        self.app.dependency_overrides = mapping
        if found != before:
            changed = ", ".join(name_of(key) for key in {**found, **before} if found.get(key) is not before.get(key))
            _warn(f"{'rebound' if rebound else 'changed'} and not restored ({changed or 'in content'}); it is now")
        elif rebound and lost:
            _warn("rebound, so overrides set before were lost; it is restored now")
        if dict(mapping.original) != before:
            mapping.original.clear()
            mapping.original.update(before)
        mapping.late.clear()


def _warn(what: str) -> None:
    text = (
        f"app.dependency_overrides was {what}\n"
        "  do:    set overrides by dependency_overrides.value(...) and the like, which end by themselves"
    )
    warnings.warn(OverrideWarning(text), stacklevel=5)
