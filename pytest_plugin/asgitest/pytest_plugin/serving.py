"""An app that runs, and makes clients of itself.

Depends on: nothing at import time; `asgitest.testclient` when an app is run.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator

    from asgitest.testclient import TestClient

__all__ = ["InProcessApp", "ServedApp", "run_in_process"]


class ServedApp(Protocol):
    """What ``asgi_lifespan`` is: an app whose lifespan runs."""

    @property
    def app(self) -> Any:
        """The app itself."""
        ...

    @property
    def state(self) -> dict[str, Any]:
        """What the app has put into the lifespan's state."""
        ...

    def client(self, **options: Any) -> Any:
        """Make a client of this run of the app.

        Args:
            options: What the constructor of ``TestClient`` takes.
        """
        ...


class InProcessApp:
    """An app that runs in this process, on a loop of its own.

    Args:
        root: The entered client whose loop and lifespan the other clients share.
    """

    def __init__(self, root: TestClient) -> None:
        self.root = root

    @property
    def app(self) -> Any:
        """The app itself."""
        return self.root.app

    @property
    def state(self) -> dict[str, Any]:
        """What the app has put into the lifespan's state."""
        return self.root.app_state

    def client(self, **options: Any) -> TestClient:
        """Make a client on the same loop, with cookies and headers of its own."""
        return self.root.spawn(**options)


@contextlib.contextmanager
def run_in_process(app: Any, **options: Any) -> Generator[InProcessApp]:
    """Run the lifespan of *app* as long as the context lasts.

    Args:
        app: The app.
        options: What ``TestClient`` takes about its loop: ``backend``, ``driver``, ``clock``.
    """
    from asgitest.testclient import TestClient  # noqa: PLC0415 - a run that uses no client does not load it

    with TestClient(app, **options) as root:
        yield InProcessApp(root)
