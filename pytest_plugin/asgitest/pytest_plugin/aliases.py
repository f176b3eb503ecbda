"""Short names for fixtures: ``asgi_fixture_aliases = ["client=asgi_client"]``.

A fixture of that name in a conftest or a test module still counts more; one of another plugin does not.

Depends on: pytest, ``options``.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from asgitest.pytest_plugin.options import SETTINGS, nearest

_SCOPES = {
    "asgi_app": "session",
    "asgi_openapi": "session",
    "dependency_overrides_session": "session",
    "dependency_overrides_module": "module",
}
"""The scopes of fixtures that are wider than a function; that of ``asgi_lifespan`` is in the settings."""


def pytest_configure(config: pytest.Config) -> None:
    """Register a fixture for each alias.

    Raises:
        pytest.UsageError: If an alias is not ``name=fixture``, or there is no such fixture.
    """
    aliases = ModuleType("asgitest.fixture_aliases")
    settings = config.stash[SETTINGS]
    known = _known_fixtures(config)
    for text in settings.fixture_aliases:
        name, _, target = (part.strip() for part in text.partition("="))
        if not (name.isidentifier() and target):
            raise pytest.UsageError(f"asgi_fixture_aliases: {text!r} is not of the form name=fixture.")
        if target not in known:
            raise pytest.UsageError(f"asgi_fixture_aliases: there is no fixture {target!r}.{nearest(target, known)}")
        scope = settings.lifespan_scope if target == "asgi_lifespan" else _SCOPES.get(target, "function")
        setattr(aliases, name, _alias(name, target, scope))
    if not config.pluginmanager.has_plugin(aliases.__name__):
        config.pluginmanager.register(aliases, aliases.__name__)


def _alias(name: str, target: str, scope: Any) -> Any:
    def alias(request: pytest.FixtureRequest) -> Any:
        return request.getfixturevalue(target)

    alias.__doc__ = f"The fixture ``{target}`` of asgitest, by the name that ``asgi_fixture_aliases`` gives it."
    return pytest.fixture(scope=scope, name=name)(alias)


def _known_fixtures(config: pytest.Config) -> set[str]:
    """The public names of the features that take part."""
    return {
        name
        for plugin_name, plugin in config.pluginmanager.list_name_plugin()
        if plugin_name.startswith("asgitest.")
        for name in vars(plugin)
        if name.startswith(("asgi_", "dependency_overrides"))
    }
