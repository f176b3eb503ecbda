"""``asgi_settings``: other settings for one test, also where the app keeps them in a cache.

Depends on: pytest, ``running``; `asgitest.testclient.overrides` when caches are looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.running import app_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["AppSettings"]


class AppSettings:
    """Changes settings for as long as a test lasts.

    Args:
        app: The app whose dependencies may have cached settings.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._patch = pytest.MonkeyPatch()
        self._cached: list[Callable[..., Any]] = []

    def env(self, **variables: object) -> None:
        """Set environment variables, and let the app read its settings anew. ``None`` takes a variable away."""
        for name, value in variables.items():
            if value is None:
                self._patch.delenv(name, raising=False)
            else:
                self._patch.setenv(name, str(value))
        self.forget()

    def set(self, settings: object, **attributes: Any) -> None:
        """Set attributes of a settings object.

        Raises:
            AttributeError: If it has no attribute of that name.
        """
        for name, value in attributes.items():
            self._patch.setattr(settings, name, value)

    def cached(self, *functions: Callable[..., Any]) -> None:
        """Name functions with an ``lru_cache`` that no route depends on, to be emptied as well."""
        self._cached.extend(functions)
        self.forget()

    def forget(self) -> None:
        """Empty the caches of the app's dependencies, so that they read their settings anew."""
        from asgitest.testclient.overrides.adapter import survey  # noqa: PLC0415 - only who changes settings loads it

        for function in (*survey(self._app).nodes, *self._cached):
            clear = _cache_clear(function)
            if clear is not None:
                clear()

    def undo(self) -> None:
        """Put everything back, and empty the caches once more."""
        self._patch.undo()
        self.forget()


def _cache_clear(function: Any) -> Callable[[], object] | None:
    """What empties the cache of a function, also if that is wrapped by others."""
    while function is not None:
        clear: Callable[[], object] | None = getattr(function, "cache_clear", None)
        if callable(clear):
            return clear
        function = getattr(function, "__wrapped__", None)
    return None


@pytest.fixture
def asgi_settings(request: pytest.FixtureRequest) -> Iterator[AppSettings]:
    """Other settings for one test: ``asgi_settings.env(DATABASE_URL="sqlite://")``.

    ``asgi_settings.set(settings, debug=True)`` changes an object. What the app's dependencies keep in an ``lru_cache``
    is forgotten, before and after.
    """
    settings = AppSettings(app_of(request))
    yield settings
    settings.undo()
