"""Finds the app under test by what the settings or a marker say.

Depends on: pytest; `asgitest.conformance` when an app is looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from asgitest.pytest_plugin.options import Settings

__all__ = ["load_app", "load_configured_app"]

_NOT_SAID = """\
no app is known. Say which in one of these ways:
  pyproject.toml   [tool.pytest]
                   asgi_app = "main:app"          (or a factory: "main:create_app()")
  command line     pytest --asgi-app main:app
  conftest.py      @pytest.fixture(scope="session")
                   def asgi_app(): return create_app()"""


def load_app(spec: str, directory: str) -> Any:
    """Import the app that *spec* names.

    Args:
        spec: ``module:attribute``, ``module:factory()``, a module, or a file.
        directory: Put before ``sys.path``.
    """
    from asgitest.conformance.target import TargetError, resolve_target  # noqa: PLC0415 - only named apps are looked up

    try:
        return resolve_target(spec.removesuffix("()"), factory=spec.endswith("()"), app_dir=directory).app
    except TargetError as error:
        problem = error
    cause = problem.__cause__
    # The traceback of the app's own exception says where; without one, ours would say nothing.
    raise pytest.fail.Exception(str(problem), pytrace=cause is not None) from cause


def load_configured_app(settings: Settings, directory: str) -> Any:
    """Import the app that the settings name."""
    if settings.app is None:
        pytest.fail(_NOT_SAID, pytrace=False)
    return load_app(settings.app, directory)
