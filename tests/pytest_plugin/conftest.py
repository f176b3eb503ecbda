"""Suites of users are run by ``pytester`` with our plugin and pytest's own, unless a test asks for more."""

from __future__ import annotations

import pytest


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Other plugins have options of their own to complain about; tests of coexistence take this away."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:asyncio -p no:cacheprovider -p no:flask -p no:django")
    return pytester
