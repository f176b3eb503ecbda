"""``asgi_live_server``, and ``--asgi-server``: the suite's own tests over real sockets.

An app whose lifespan runs in process and in a server at the same time would be started twice, so that is refused.

Depends on: pytest, ``options``, ``applications``, ``serving``, ``leftovers``, ``servers``.
"""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.applications import load_configured_app
from asgitest.pytest_plugin.options import SETTINGS
from asgitest.pytest_plugin.serving import run_in_process

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from asgitest.pytest_plugin.servers.live_server import LiveServer
    from asgitest.pytest_plugin.serving import ServedApp

__all__ = ["asgi_live_server", "pytest_asgitest_serve", "pytest_runtest_teardown"]

_SERVERS = pytest.StashKey[list["LiveServer"]]()
_IN_PROCESS = pytest.StashKey[list[Any]]()
_NONE: list[Any] = []
_TWICE = """\
the lifespan of this app runs {there} already, and one app cannot be started twice. Either
  let both have an app of their own: asgi_app = "main:create_app()", a factory, instead of "main:app"
  or let the server use the app without its lifespan: asgi_live_server_lifespan = "off"
  or run all tests over sockets: pytest --asgi-server=uvicorn"""


@pytest.hookimpl(trylast=True)
def pytest_asgitest_serve(config: pytest.Config, app: object) -> contextlib.AbstractContextManager[ServedApp]:
    """Run the app in a server, if the settings name one; else in process."""
    return _live(config, app) if config.stash[SETTINGS].server != "off" else _in_process(config, app)


@contextlib.contextmanager
def _in_process(config: pytest.Config, app: object) -> Generator[ServedApp]:
    """Run the app in process, and remember that it runs there."""
    if any(server.watched.app is app and server.owns_lifespan for server in config.stash.get(_SERVERS, _NONE)):
        pytest.fail(_TWICE.format(there="in a live server"), pytrace=False)
    apps = config.stash.setdefault(_IN_PROCESS, [])
    with run_in_process(app) as running:
        apps.append(app)
        try:
            yield running
        finally:
            apps.remove(app)


@contextlib.contextmanager
def _live(config: pytest.Config, app: object, *, lifespan: bool = True) -> Generator[LiveServer]:
    """Run the app in a server, which calls of the app to itself may reach."""
    from asgitest.pytest_plugin.outgoing_calls.answering import OPEN_ORIGINS  # noqa: PLC0415  only with a server
    from asgitest.pytest_plugin.servers.live_server import serve  # noqa: PLC0415

    settings = config.stash[SETTINGS]
    kind: Any = settings.server if settings.server != "off" else settings.live_server
    servers = config.stash.setdefault(_SERVERS, [])
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(serve(app, kind=kind, lifespan=lifespan))
        except ModuleNotFoundError as error:
            if error.name != kind:
                raise
            pytest.fail(str(error), pytrace=False)
        servers.append(server)
        OPEN_ORIGINS.add(server.url)
        stack.callback(OPEN_ORIGINS.discard, server.url)
        stack.callback(servers.remove, server)
        yield server


def _scope(fixture_name: str, config: pytest.Config) -> Any:  # noqa: ARG001 - pytest gives it by name
    return config.stash[SETTINGS].live_server_scope


@pytest.fixture(scope=_scope)
def asgi_live_server(asgi_app: Any, request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """The app on a real server, on a free port: ``.url``, ``.ws_url``, ``.port``, ``.client()``; as text it is the URL.

    The server is uvicorn, or what ``asgi_live_server`` in the settings names: hypercorn, granian. Its scope is
    ``asgi_live_server_scope``. Where the app comes from a factory, the server has one of its own.
    """
    config = request.config
    settings = config.stash[SETTINGS]
    if settings.server != "off":
        yield request.getfixturevalue("asgi_lifespan")
        return
    lifespan = settings.live_server_lifespan == "on"
    if lifespan and any(app is asgi_app for app in config.stash.get(_IN_PROCESS, _NONE)):
        asgi_app = _another(config, asgi_app)
    with _live(config, asgi_app, lifespan=lifespan) as server:
        yield server


def _another(config: pytest.Config, app: Any) -> Any:
    """Another app from the same factory; the same app if it has nothing that would be started twice."""
    from asgitest.testclient.lifespan_session import has_own_lifespan  # noqa: PLC0415  loaded by then

    settings = config.stash[SETTINGS]
    if settings.app is not None:
        made = load_configured_app(settings, str(config.rootpath))
        if made is not app:
            return made
    if has_own_lifespan(app):
        pytest.fail(_TWICE.format(there="in process"), pytrace=False)
    return app


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Wait for requests in flight: they would disturb the next test. What does not end is told of."""
    settings = item.config.stash[SETTINGS]
    for server in item.config.stash.get(_SERVERS, _NONE):
        for name in server.watched.wait_until_idle(settings.live_server_grace):
            from asgitest.testclient.errors import LeakWarning  # noqa: PLC0415  loaded by then

            text = (
                f"{item.nodeid}: {name} still runs on the live server {settings.live_server_grace:g} s after the test "
                "ended; it may disturb the next one"
            )
            warnings.warn(LeakWarning(text), stacklevel=1)
    return (yield)
