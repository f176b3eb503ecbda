"""Overrides of the providers of dependency-injector, by the provider itself: ``value(container.service, fake)``.

The app does not show its container, so nothing can be said of who uses a provider; but a provider is a key that cannot
be mistaken.

Source: dependency-injector 4.49, ``Provider.override``.
Depends on: the engine.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from asgitest.testclient.overrides.point import Point, point_at

if TYPE_CHECKING:
    from asgitest.testclient.overrides.graph import Node
    from asgitest.testclient.overrides.replacement import Entry

__all__ = ["ContainerAdapter"]


class ContainerAdapter:
    """What the engine has to know of dependency-injector."""

    name = "dependency-injector"
    capabilities = frozenset({"value", "call", "error"})

    def owns(self, key: Any) -> bool:
        """Whether *key* is a provider."""
        providers: Any = sys.modules.get("dependency_injector.providers")
        return providers is not None and isinstance(key, providers.Provider)

    def point(self, key: Any) -> Point:
        """The point of a provider; it has one at a time."""
        return point_at(ProviderPoint, key)

    def prepare(self, entry: Entry, node: Node | None, below: Entry | None) -> None:  # noqa: ARG002 - given
        """Make the function that the overriding provider calls."""

        def provide(*args: Any, **kwargs: Any) -> Any:
            entry.called()
            if entry.replacement.kind == "error":
                raise entry.raised()
            return entry.payload(*args, **kwargs) if entry.replacement.kind == "call" else entry.payload

        entry.provider = provide


class ProviderPoint(Point):
    """One provider, overridden as long as a layer replaces it.

    Args:
        provider: The provider.
    """

    def __init__(self, provider: Any) -> None:
        super().__init__(provider)
        self.provider = provider

    def install(self) -> None:
        """Lay a provider over it that asks the layers."""
        providers: Any = sys.modules["dependency_injector.providers"]
        self.provider.override(providers.Callable(self._provide))

    def uninstall(self) -> None:
        """Take it off again."""
        self.provider.reset_last_overriding()

    def _provide(self, *args: Any, **kwargs: Any) -> Any:
        entry = self.find(self.provider)
        if entry is None:
            raise LookupError(f"{self.provider!r} is not replaced in this context")
        return entry.provider(*args, **kwargs)
