"""The fixtures for the app, its lifespan, its clients and its WebSockets.

Depends on: pytest, ``options``, ``applications``, ``running``; `asgitest.testclient` when a client is made.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.applications import load_configured_app
from asgitest.pytest_plugin.leftovers import note_left
from asgitest.pytest_plugin.options import SCOPES, SETTINGS
from asgitest.pytest_plugin.running import APP_SCOPES, app_of, client_options, run_app, running_app

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from asgitest.pytest_plugin.serving import ServedApp

__all__ = ["ClientFactory", "WebSocketConnector"]

# What belongs to the loop of an app. A client with any of these needs a run of the app of its own.
_OF_THE_LOOP = frozenset({"backend", "backend_options", "clock", "driver"})


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: Any) -> Generator[None, object, object]:
    """Remember how long each app lives, so that its lifespan lasts no longer."""
    value = yield
    if fixturedef.argname == "asgi_app":
        request.config.stash.setdefault(APP_SCOPES, {})[id(value)] = fixturedef.scope
    return value


@pytest.fixture(scope="session")
def asgi_app(pytestconfig: pytest.Config) -> Any:
    """The app under test: what ``asgi_app`` in the settings or ``--asgi-app`` names. Override it in a conftest."""
    return load_configured_app(pytestconfig.stash[SETTINGS], str(pytestconfig.rootpath))


def _lifespan_scope(fixture_name: str, config: pytest.Config) -> Any:  # noqa: ARG001 - pytest gives it by name
    return config.stash[SETTINGS].lifespan_scope


@pytest.fixture(scope=_lifespan_scope)
def asgi_lifespan(asgi_app: Any, pytestconfig: pytest.Config) -> Iterator[ServedApp]:
    """The running app, with ``.app``, ``.state`` and ``.client(...)``.

    Its lifespan starts before the first test that needs it, and ends after the last of its scope, which is
    ``asgi_lifespan_scope`` in the settings: session, package, module, class or function.
    """
    with run_app(pytestconfig, asgi_app) as running:
        yield running


def _narrow_lifespan(scope: Any) -> Any:
    """A lifespan for an app whose fixture has a narrower scope than the settings say."""

    @pytest.fixture(scope=scope, name=f"_asgi_lifespan_{scope}")
    def narrow_lifespan(asgi_app: Any, pytestconfig: pytest.Config) -> Iterator[ServedApp]:
        with run_app(pytestconfig, asgi_app) as running:
            yield running

    return narrow_lifespan


for _scope in SCOPES[1:]:
    globals()[f"_asgi_lifespan_{_scope}"] = _narrow_lifespan(_scope)


@pytest.fixture
def _asgi_lifespan_of_marker(request: pytest.FixtureRequest) -> Iterator[ServedApp]:  # pyright: ignore[reportUnusedFunction]  # asked for by name
    with run_app(request.config, app_of(request)) as running:
        yield running


class ClientFactory:
    """Makes clients of one running app. All of them are closed when the test ends.

    Args:
        running: The running app.
        item: The test.
        options: What the markers of the test say.
        stack: Closes what is made.
    """

    def __init__(
        self, running: ServedApp, item: pytest.Item, *, options: dict[str, Any], stack: contextlib.ExitStack
    ) -> None:
        self.running = running
        self._item = item
        self._options = options
        self._stack = stack

    def __call__(self, **options: Any) -> Any:
        """Make a client, with cookies and headers of its own.

        Args:
            options: What the constructor of ``TestClient`` takes: ``overrides={get_user: value(alice)}``,
                ``base_url``, ``root_path``, ``headers``, ``client``, ``raise_server_exceptions``, ...
        """
        options = {**self._options, **options}
        running = self.running
        of_the_loop = {name: options.pop(name) for name in _OF_THE_LOOP & options.keys()}
        if of_the_loop:
            from asgitest.pytest_plugin.serving import run_in_process  # noqa: PLC0415

            running = self._stack.enter_context(run_in_process(self.running.app, **of_the_loop))
        client = running.client(**options)
        self._stack.callback(self._close, client)
        return client

    def _close(self, client: Any) -> None:
        for request in getattr(client, "unfinished", ()):
            note_left(self._item, "streams", f"has neither read nor closed the response to {request}")
        client.close()


@pytest.fixture
def asgi_client_factory(request: pytest.FixtureRequest) -> Iterator[ClientFactory]:
    """Make several clients of the running app: ``asgi_client_factory(overrides=..., base_url=..., cookies=...)``.

    Each has cookies, headers and overrides of its own; they share the app, its loop and its lifespan.
    """
    running = running_app(request)
    with contextlib.ExitStack() as stack:
        yield ClientFactory(running, request.node, options=client_options(request.node), stack=stack)


@pytest.fixture
def asgi_client(asgi_client_factory: ClientFactory) -> Any:
    """A ``TestClient`` of the running app, with cookies and headers of its own for each test."""
    return asgi_client_factory()


class WebSocketConnector:
    """Opens WebSockets of one client, and looks after them when the test ends.

    Args:
        client: The client.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.sessions: list[Any] = []

    def __call__(self, url: str, subprotocols: Any = None, **options: Any) -> Any:
        """Connect to *url*; use what is returned in a ``with`` block, as ``client.websocket_connect`` gives it."""
        session = self.client.websocket_connect(url, subprotocols, **options)
        self.sessions.append((url, session))
        return session

    def unread(self) -> list[str]:
        """What to say of messages that the test has not received, one line for each WebSocket."""
        return [
            f"has not received {count} message{'s' * (count > 1)} that the app has sent on {url}"
            for url, session in self.sessions
            if (count := getattr(session, "unread", 0))
        ]


@pytest.fixture
def asgi_websocket(request: pytest.FixtureRequest, asgi_client: Any) -> Iterator[WebSocketConnector]:
    """What opens WebSockets of the running app: ``with ... as session``, where ... is the fixture called with a path.

    Messages of the app that the test has not received are told of by a warning.
    """
    connector = WebSocketConnector(asgi_client)
    yield connector
    for line in connector.unread():
        note_left(request.node, "websockets", line)
