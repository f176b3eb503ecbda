"""Which app a test is about, and the run of it that the test's clients share.

Depends on: pytest, ``options``, ``markers``, ``applications``, ``serving``.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.applications import load_app
from asgitest.pytest_plugin.markers import read_marker
from asgitest.pytest_plugin.options import SCOPES, SETTINGS
from asgitest.pytest_plugin.serving import run_in_process

if TYPE_CHECKING:
    from collections.abc import Generator

    from asgitest.pytest_plugin.serving import ServedApp

__all__ = ["APP", "APP_SCOPES", "RUNNING", "app_of", "client_options", "run_app", "running_app"]

APP = pytest.StashKey[Any]()
"""The app of a test, in the stash of its item, once a fixture has asked for it."""

RUNNING = pytest.StashKey["ServedApp"]()
"""The running app of a test, likewise."""

APP_SCOPES = pytest.StashKey[dict[int, str]]()
"""The scope of the fixture ``asgi_app`` that gave an app, by the id of the app."""

_FAILED = pytest.StashKey[dict[int, tuple[BaseException, str]]]()


def app_of(request: pytest.FixtureRequest) -> Any:
    """The app of this test: what its marker ``asgi_app`` names, else the fixture."""
    named = read_marker(request.node, "asgi_app")
    app = request.getfixturevalue("asgi_app") if named is None else load_app(named, str(request.config.rootpath))
    request.node.stash[APP] = app
    return app


def running_app(request: pytest.FixtureRequest) -> ServedApp:
    """The run of the app of this test: shared by tests as far as the settings and the scope of the app allow."""
    app = app_of(request)
    if read_marker(request.node, "asgi_app") is not None:
        return _started(request, "_asgi_lifespan_of_marker")
    allowed: Any = request.config.stash.setdefault(APP_SCOPES, {}).get(id(app), "session")
    wanted = request.config.stash[SETTINGS].lifespan_scope
    narrower = SCOPES.index(allowed) > SCOPES.index(wanted)
    return _started(request, f"_asgi_lifespan_{allowed}" if narrower else "asgi_lifespan")


def _started(request: pytest.FixtureRequest, fixture: str) -> ServedApp:
    """The value of a fixture that starts the app. A failed startup is shown in full once, and then referred to."""
    failed = request.config.stash.setdefault(_FAILED, {})
    try:
        served: ServedApp = request.getfixturevalue(fixture)
    except Exception as error:
        if id(error) not in failed:
            failed[id(error)] = (error, request.node.nodeid)
            raise
        where = failed[id(error)][1]
        message = f"the app's startup failed: {type(error).__name__}: {error} (in full at {where})"
    else:
        request.node.stash[RUNNING] = served
        return served
    return pytest.fail(message, pytrace=False)


@contextlib.contextmanager
def run_app(config: pytest.Config, app: Any) -> Generator[ServedApp]:
    """Run *app* as long as the context lasts: in process, or as another feature of the plugin has it."""
    served = config.hook.pytest_asgitest_serve(config=config, app=app)
    with served if served is not None else run_in_process(app) as running:
        yield running


def client_options(item: Any) -> dict[str, Any]:
    """What the markers of a test say about its clients."""
    options: dict[str, Any] = {}
    root_path = read_marker(item, "asgi_root_path")
    if root_path is not None:
        options["root_path"] = root_path
    for mark in reversed([*item.iter_markers("asgi_client")]):
        options |= mark.kwargs
    return options
