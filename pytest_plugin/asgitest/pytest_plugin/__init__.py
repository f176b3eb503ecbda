"""The pytest plugin of asgitest: the module that the entry point ``pytest11`` names.

It is imported in every test run, so it imports pytest and the standard library only. What a feature needs is imported
when the feature is used.

How a feature is added:

1. its options: one row in ``options.OPTIONS`` and a field of the same name in ``options.Settings``;
2. its markers: one function in ``markers.py``, whose signature is that of the marker and whose docstring is its help;
3. its hooks and fixtures: in a module of its own that imports only pytest and the standard library at its top, named
   in ``features.FEATURES`` with the condition under which it is registered;
4. a place in the layers, in ``pyproject.toml`` and ``ARCHITECTURE.md``.

``-p no:asgitest`` leaves all of this out, because the features are registered from here.

Depends on: pytest, ``options``, ``reading``, ``markers``, ``features``, ``hooks``.
"""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin import features, hooks, markers, options, reading

__all__ = [
    "pytest_addhooks",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_load_initial_conftests",
    "pytest_report_header",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every option of every feature."""
    options.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the hooks by which features, and users, take part."""
    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Register what has to be there before the first conftest is imported."""
    features.register_early(early_config, reading.read_settings(early_config))


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings, and register the features that they ask for."""
    settings = reading.read_settings(config)
    reading.check_names(config)
    config.stash[options.SETTINGS] = settings
    markers.declare(config)
    features.register(config, settings)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse markers of ours with arguments that they do not take."""
    markers.check(items)


def pytest_report_header(config: pytest.Config) -> str:
    """Say what was chosen and where it came from."""
    return options.header(config.stash[options.SETTINGS])
