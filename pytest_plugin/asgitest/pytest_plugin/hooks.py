"""The hooks by which features of the plugin, and conftests of users, take part.

Depends on: pytest, ``serving`` for types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from asgitest.pytest_plugin.serving import ServedApp

__all__ = ["pytest_asgitest_serve"]


@pytest.hookspec(firstresult=True)
def pytest_asgitest_serve(config: pytest.Config, app: object) -> AbstractContextManager[ServedApp] | None:
    """Run *app*, and its lifespan, as long as the context lasts; the first answer that is not ``None`` counts.

    Without any, the app is run in process. ``asgi_lifespan`` is what the context manager yields; it makes
    ``asgi_client`` and ``asgi_websocket``.
    """
