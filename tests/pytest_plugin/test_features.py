"""Features are plugins of their own, registered when the settings ask for them."""

from __future__ import annotations

import importlib.util

import pytest

from asgitest.pytest_plugin.features import FEATURES
from asgitest.pytest_plugin.options import Settings


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.module)
def test_a_feature_names_a_module_and_decides_by_the_settings(feature) -> None:
    assert importlib.util.find_spec(f"asgitest.pytest_plugin.{feature.module}") is not None
    assert feature.needed(Settings()) in {True, False}


def test_aliases_come_last() -> None:
    """They give other names to the fixtures of those above."""
    assert FEATURES[-1].module == "aliases"


def test_one_feature_can_be_switched_off(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("-p", "no:asgitest.overriding", "--fixtures")

    assert "asgi_client" in result.stdout.str()
    assert "dependency_overrides" not in result.stdout.str()
