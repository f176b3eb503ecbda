"""Apps of FastAPI: the generated document and the dependency overrides.

Source: FastAPI ``applications.py``. Depends on: the adapter for Starlette.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters.starlette import StarletteAdapter
from asgitest.testclient.routes import iter_routes, unwrap_app

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.conformance.adapters.adapter import Coercion

__all__ = ["FastAPIAdapter"]


class FastAPIAdapter(StarletteAdapter):
    """Knows instances of ``fastapi.FastAPI`` and its subclasses."""

    name = "fastapi"

    def matches(self, app: Any) -> bool:
        """Whether *app*, taken out of its middleware, is a FastAPI app."""
        return any(base.__module__ == "fastapi.applications" for base in type(unwrap_app(app)).__mro__)

    def document(self, app: Any) -> Mapping[str, Any] | None:
        """What ``app.openapi()`` returns; also for an app that does not serve it (``openapi_url=None``)."""
        return unwrap_app(app).openapi()  # type: ignore[no-any-return]  # FastAPI says so

    def schema_url(self, app: Any) -> str | None:
        """``openapi_url``."""
        return unwrap_app(app).openapi_url  # type: ignore[no-any-return]  # FastAPI says so

    def coercion(self, app: Any) -> Coercion:
        """Strict only when every model of a body is; pydantic is lax otherwise."""
        models = [
            field.field_info.annotation
            for route in iter_routes(app)
            for field in getattr(route.dependant, "body_params", ())
            if hasattr(field, "field_info")
        ]
        strict = [bool(getattr(model, "model_config", {}).get("strict")) for model in models]
        return "strict" if strict and all(strict) else "lax"

    def overrides(self, app: Any) -> dict[Any, Any] | None:
        """``dependency_overrides``."""
        return unwrap_app(app).dependency_overrides  # type: ignore[no-any-return]  # FastAPI says so
