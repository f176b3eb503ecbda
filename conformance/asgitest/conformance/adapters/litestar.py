"""Apps of Litestar.

Source: Litestar ``app.py`` (``openapi_schema``, ``openapi_config``, ``after_exception``).
Depends on: the test client's routes.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters.generic import GenericAdapter
from asgitest.testclient.routes import unwrap_app

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

__all__ = ["LitestarAdapter"]


class LitestarAdapter(GenericAdapter):
    """Knows instances of ``litestar.Litestar`` and its subclasses."""

    name = "litestar"

    def matches(self, app: Any) -> bool:
        """Whether *app*, taken out of its middleware, is a Litestar app."""
        return any(base.__module__ == "litestar.app" for base in type(unwrap_app(app)).__mro__)

    def document(self, app: Any) -> Mapping[str, Any] | None:
        """``app.openapi_schema``, unless the app has none."""
        owner = unwrap_app(app)
        return owner.openapi_schema.to_schema() if owner.openapi_config is not None else None

    def schema_url(self, app: Any) -> str | None:
        """``openapi.json`` below the path of the OpenAPI configuration."""
        config = unwrap_app(app).openapi_config
        if config is None:
            return None
        router = getattr(config, "openapi_router", None)
        folder = getattr(router, "path", None) or getattr(config, "path", None) or "/schema"
        return f"/{str(folder).strip('/')}/openapi.json"

    @contextlib.contextmanager
    def observe_errors(self, app: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]) -> Generator[None]:
        """By the hook Litestar has for it."""

        async def after_exception(error: Exception, scope: Mapping[str, Any]) -> None:
            if not hasattr(error, "status_code"):
                seen(error, scope)

        hooks = unwrap_app(app).after_exception
        hooks.append(after_exception)
        try:
            yield
        finally:
            hooks.remove(after_exception)
