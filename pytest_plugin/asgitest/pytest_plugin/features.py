"""Which modules take part in a run: each feature is a plugin, registered when the settings ask for it.

A feature's module imports only pytest and the standard library at its top. Modules are named here, not imported: what a
run does not use is not loaded.

Depends on: pytest, ``options``, ``values``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from asgitest.pytest_plugin.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from asgitest.pytest_plugin.options import Settings

__all__ = ["FEATURES", "Feature", "register", "register_early"]


def always(_settings: Settings) -> bool:
    """Take part in every run: for modules that only define fixtures."""
    return True


class Feature(Value):
    """One feature.

    Args:
        module: Below this package; its hooks and fixtures become a plugin called ``asgitest.MODULE``.
        needed: Whether a run with these settings has use for it.
    """

    module: str
    needed: Callable[[Settings], bool] = staticmethod(always)


FEATURES: tuple[Feature, ...] = (
    Feature(module="fixtures"),
    Feature(module="async_clients"),
    Feature(module="overriding"),
    Feature(module="app_settings"),
    Feature(module="openapi"),
    Feature(module="live_server"),
    Feature(module="outgoing"),
    Feature(module="failures", needed=lambda settings: settings.show_exchanges > 0),
    Feature(module="leaks", needed=lambda settings: settings.leaks != "off"),
    Feature(module="coverage", needed=lambda settings: bool(settings.cov or settings.cov_fail_under)),
    Feature(module="conformance_fixture"),
    Feature(module="conformance_items", needed=lambda settings: settings.conformance is not None),
    Feature(module="observing", needed=lambda settings: settings.observe),
    Feature(module="swapping", needed=lambda settings: settings.testclient),
    # The last, because it gives other names to fixtures of those above.
    Feature(module="aliases", needed=lambda settings: bool(settings.fixture_aliases)),
)


def register(config: pytest.Config, settings: Settings) -> None:
    """Register the plugins of all features that *settings* ask for."""
    for feature in FEATURES:
        if feature.needed(settings):
            _register(config, feature.module)


def register_early(config: pytest.Config, settings: Settings) -> None:
    """Do what has to be done before the first conftest is imported: what it imports by name stays as it is."""
    if settings.testclient:
        importlib.import_module("asgitest.pytest_plugin.swapping").swap(config)


def _register(config: pytest.Config, module: str) -> None:
    name = f"asgitest.{module}"
    manager: Any = config.pluginmanager
    # A worker of pytest-xdist configures twice; ``-p no:asgitest.fixtures`` blocks one feature.
    if not manager.has_plugin(name) and not manager.is_blocked(name):
        manager.register(importlib.import_module(f"asgitest.pytest_plugin.{module}"), name)
