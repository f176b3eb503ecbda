"""Any app: no routes, no schema, nothing to hook into.

Depends on: the test client's routes.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from asgitest.testclient.routes import iter_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from asgitest.conformance.adapters.adapter import Coercion
    from asgitest.testclient.routes import Route

__all__ = ["GenericAdapter"]


class GenericAdapter:
    """Knows every app, and nothing about it that cannot be told by its shape."""

    name = "generic"

    def matches(self, app: Any) -> bool:
        """Whether *app* can be called."""
        del app
        return True

    def routes(self, app: Any) -> tuple[Route, ...]:
        """Whatever can be told by duck typing."""
        return tuple(iter_routes(app))

    def document(self, app: Any) -> Mapping[str, Any] | None:
        """No document is generated."""
        del app
        return None

    def schema_url(self, app: Any) -> str | None:
        """No path is known."""
        del app
        return None

    def coercion(self, app: Any) -> Coercion:
        """The lenient model, so that nothing is called accepted wrongly without need."""
        del app
        return "lax"

    def overrides(self, app: Any) -> dict[Any, Any] | None:
        """There are none."""
        del app
        return None

    def observe_errors(
        self, app: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]
    ) -> AbstractContextManager[None]:
        """There is nothing to hook into: only what leaves the app is seen."""
        del app, seen
        return contextlib.nullcontext()
