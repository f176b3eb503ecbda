"""The fixtures for the app, its lifespan and its clients.

Depends on: pytest, ``options``, ``applications``, ``serving``; `asgitest.testclient` when a client is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.applications import load_configured_app
from asgitest.pytest_plugin.options import SETTINGS
from asgitest.pytest_plugin.serving import run_in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.pytest_plugin.serving import ServedApp


@pytest.fixture(scope="session")
def asgi_app(pytestconfig: pytest.Config) -> Any:
    """The app under test: what ``asgi_app`` in the settings or ``--asgi-app`` names. Override it in a conftest."""
    return load_configured_app(pytestconfig.stash[SETTINGS], str(pytestconfig.rootpath))


def _lifespan_scope(fixture_name: str, config: pytest.Config) -> Any:  # noqa: ARG001 - pytest gives it by name
    return config.stash[SETTINGS].lifespan_scope


@pytest.fixture(scope=_lifespan_scope)
def asgi_lifespan(asgi_app: Any, pytestconfig: pytest.Config) -> Iterator[ServedApp]:
    """The running app: its lifespan starts before the first test that needs it. Scope: ``asgi_lifespan_scope``."""
    served = pytestconfig.hook.pytest_asgitest_serve(config=pytestconfig, app=asgi_app)
    with served if served is not None else run_in_process(asgi_app) as running:
        yield running


@pytest.fixture
def asgi_client(asgi_lifespan: ServedApp) -> Any:
    """A ``TestClient`` of the running app, with cookies and headers of its own for each test."""
    return asgi_lifespan.client()
