"""A server that runs in a thread, and what a test may ask of it.

Depends on: ``runners``, ``watched_app``, ``live_client``, ``async_live_client``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import threading
import warnings
from typing import TYPE_CHECKING, Any

from asgitest.pytest_plugin.servers.live_client import LiveClient
from asgitest.pytest_plugin.servers.runners import RUNNERS, ServerKind, bind, wait_for_listener
from asgitest.pytest_plugin.servers.watched_app import WatchedApp
from asgitest.testclient.application import as_asgi3
from asgitest.testclient.errors import DeadlineExceeded, LeakWarning, LifespanFailed

if TYPE_CHECKING:
    from collections.abc import Generator

    from asgitest.pytest_plugin.servers.async_live_client import AsyncLiveClient

__all__ = ["LiveServer", "serve"]

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0


class LiveServer:
    """A running server. As text it is its URL.

    Args:
        app: The app.
        kind: Which server.
        lifespan: Whether the app's lifespan runs in it.
    """

    def __init__(self, app: Any, *, kind: ServerKind = "uvicorn", lifespan: bool = True) -> None:
        self.kind = kind
        self.app = app
        self.owns_lifespan = lifespan
        self.watched = WatchedApp(as_asgi3(app), lifespan=lifespan)
        self._bound = bind()
        self.host, self.port = self._bound.getsockname()
        self._runner = RUNNERS[kind](self.watched, self._bound)
        self._error: BaseException | None = None
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"asgitest-{kind}-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws_url(self) -> str:
        """``ws://127.0.0.1:PORT``."""
        return f"ws://{self.host}:{self.port}"

    @property
    def state(self) -> dict[str, Any]:
        """What the app has put into the lifespan's state."""
        return self.watched.state

    def __str__(self) -> str:
        return self.url

    def client(self, **options: Any) -> LiveClient:
        """Make a client that talks to this server over sockets.

        Args:
            options: What ``TestClient`` takes, as far as one client of a real server can have it.
        """
        return LiveClient(self, **options)

    def async_client(self, **options: Any) -> AsyncLiveClient:
        """Make an asynchronous client that talks to this server over sockets.

        Args:
            options: What ``AsyncTestClient`` takes, as far as one client of a real server can have it.
        """
        from asgitest.pytest_plugin.servers.async_live_client import AsyncLiveClient  # noqa: PLC0415  only async tests

        return AsyncLiveClient(self, **options)

    def start(self) -> None:
        """Start, and wait until the app has started and the server listens.

        Raises:
            BaseException: What the app raised in its startup.
            LifespanFailed: If it said that its startup failed.
            DeadlineExceeded: If it takes too long.
        """
        self._thread.start()
        if not self.watched.ready.wait(_START_SECONDS):
            self.stop()
            raise DeadlineExceeded(f"{self.kind} to start the app", _START_SECONDS, "")
        if self.watched.failure is None:
            wait_for_listener((self.host, self.port), self._gone)
        error = self.watched.failure or self._error
        if error is not None or self._gone.is_set():
            self.stop()
            raise (
                error
                if error is not None
                else LifespanFailed("startup", f"{self.kind} ended before it served anything")
            )

    def stop(self) -> None:
        """Stop, let requests in flight end, and wait for the thread."""
        self._runner.stop()
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive():
            text = f"the thread of {self.kind} at {self.url} did not end within {_STOP_SECONDS:g} s"
            warnings.warn(LeakWarning(text), stacklevel=2)
        self._bound.close()

    def _run(self) -> None:
        try:
            self._runner.run()
        except BaseException as error:  # noqa: BLE001  a server may leave with SystemExit
            self._error = error
        finally:
            self._gone.set()
            self.watched.ready.set()


@contextlib.contextmanager
def serve(app: Any, *, kind: ServerKind = "uvicorn", lifespan: bool = True) -> Generator[LiveServer]:
    """Serve *app* on a free port as long as the block lasts.

    Raises:
        ModuleNotFoundError: If the server is not installed; the message says what to install.
    """
    if importlib.util.find_spec(kind) is None:
        what = "'asgitest[live]'" if kind == "uvicorn" else kind
        raise ModuleNotFoundError(f"{kind} is not installed: pip install {what}", name=kind)
    server = LiveServer(app, kind=kind, lifespan=lifespan)
    server.start()
    try:
        yield server
    finally:
        server.stop()
