"""What an adapter promises.

Depends on: the test client's routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from asgitest.testclient.routes import Route

__all__ = ["Adapter", "Coercion", "ObserveError"]

Coercion = Literal["lax", "strict"]
ObserveError = "Callable[[BaseException, Mapping[str, Any]], None]"


class Adapter(Protocol):
    """What the core asks about an app of one framework. The app may be wrapped in middleware."""

    name: str

    def matches(self, app: Any) -> bool:
        """Whether *app* is an app of this framework."""
        ...

    def routes(self, app: Any) -> tuple[Route, ...]:
        """All routes, those of mounted apps included."""
        ...

    def document(self, app: Any) -> Mapping[str, Any] | None:
        """The OpenAPI document the framework generates, as JSON values; None when it generates none.

        Raises:
            Exception: Whatever the framework raises when it cannot generate it.
        """
        ...

    def schema_url(self, app: Any) -> str | None:
        """The path under which the app serves its schema, relative to its mount; None when it is not told."""
        ...

    def coercion(self, app: Any) -> Coercion:
        """Whether values of a related type are taken for the declared one (``"1"`` for an integer)."""
        ...

    def overrides(self, app: Any) -> dict[Any, Any] | None:
        """The mapping of dependency overrides, where the framework has one."""
        ...

    def observe_errors(
        self, app: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]
    ) -> AbstractContextManager[None]:
        """Call *seen* with each exception an endpoint raises and its scope, also where a handler answers for it.

        Exceptions by which a framework expresses an answer (``HTTPException``, validation errors) are left out.
        """
        ...
