"""``tests/`` mirrors the source tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.architecture.source_tree import PROJECT, Module, modules

if TYPE_CHECKING:
    from pathlib import Path

# Packages whose every module has a test module of its own. Only ever add to this table.
MIRRORED: tuple[str, ...] = (
    "asgitest.pytest_plugin",
    "asgitest.pytest_plugin.outgoing_calls",
    "asgitest.pytest_plugin.servers",
    "asgitest.testclient",
    "asgitest.testclient.driver",
    "asgitest.testclient.overrides",
    "asgitest.testclient.overrides.adapters",
)

# Modules that need none, and why.
WITHOUT: dict[str, str] = {
    "pytest_plugin/asgitest/pytest_plugin/outgoing_calls/__init__.py": "a docstring",
    "pytest_plugin/asgitest/pytest_plugin/servers/__init__.py": "a docstring",
    "testclient/asgitest/testclient/asgi/__init__.py": "names of other modules",
    "testclient/asgitest/testclient/driver/__init__.py": "names of other modules",
    "testclient/asgitest/testclient/http_methods.py": "signatures for type checkers; at run time names of classes",
    "testclient/asgitest/testclient/overrides/__init__.py": "names of other modules",
    "testclient/asgitest/testclient/overrides/adapters/__init__.py": "a docstring",
}


@pytest.mark.parametrize("package", MIRRORED)
def test_every_module_has_a_test_module(package: str) -> None:
    """A module without a test module is tested by accident."""
    missing = {
        module.place: str(mirror_of(module).relative_to(PROJECT))
        for module in modules()
        if module.name.rpartition(".")[0] == package and not mirror_of(module).exists()
    }

    assert {place: test for place, test in missing.items() if place not in WITHOUT} == {}


def mirror_of(module: Module) -> Path:
    """Where the tests of *module* live."""
    parts = module.name.split(".")[1:]
    return PROJECT.joinpath("tests", *parts[:-1], f"test_{parts[-1].lstrip('_')}.py")
