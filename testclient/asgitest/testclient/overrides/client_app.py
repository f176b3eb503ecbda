"""An app as one client sees it: with replacements that no other client has.

Depends on: ``layer``, ``point``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.overrides.layer import Layer
from asgitest.testclient.overrides.point import CLIENT_LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.testclient.overrides.replacement import Replacement

__all__ = ["OverriddenApp", "with_overrides"]


def with_overrides(app: Any, overrides: Mapping[Any, Replacement] | None) -> Any:
    """Return *app* as a client with these replacements sees it; *app* itself if there are none.

    Raises:
        OverrideError: If one of them would change nothing, or do something else than it says.
    """
    return OverriddenApp(app, overrides) if overrides else app


class OverriddenApp:
    """Calls *app*, and replaces dependencies for as long as a call lasts, in its context only.

    Args:
        app: The ASGI 3 app.
        overrides: What to replace.
        strict: Whether a dependency that no route has is refused.
    """

    def __init__(self, app: Any, overrides: Mapping[Any, Replacement], *, strict: bool = True) -> None:
        self.app = app
        self.overrides = Layer(app, strict=strict, shared=False)
        self.overridden_app = self.overrides.app
        self.overrides.update(overrides)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the app with the replacements in its context."""
        with self.overrides.held():
            # A client of such an app may have replacements of its own, which count before these.
            token = CLIENT_LAYERS.set((*CLIENT_LAYERS.get(), self.overrides))
            try:
                await self.app(scope, receive, send)
            finally:
                CLIENT_LAYERS.reset(token)

    def __getattr__(self, name: str) -> Any:
        """Show the attributes of the app itself."""
        return getattr(self.app, name)
