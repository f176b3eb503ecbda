"""Suites of users are run by ``pytester`` with our plugin and pytest's own, unless a test asks for more."""

from __future__ import annotations

import importlib

import pytest

# Pytester takes out of memory what a run has imported; what is there before the run stays, and is imported once.
for module in (
    "asgitest.testclient.client",
    "asgitest.conformance.target",
    "fastapi.testclient",
    "httptools",
    "starlette.responses",
):
    importlib.import_module(module)

OTHERS = ("asyncio", "cacheprovider", "django", "flask", "hypothesispytest", "randomly", "schemathesis")


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Other plugins have options of their own to complain about; tests of coexistence take this away."""
    without = " ".join(f"-p no:{name}" for name in OTHERS)
    monkeypatch.setenv("PYTEST_ADDOPTS", f"-W default {without}")
    return pytester
