"""``--asgi-testclient``: our client in the place of Starlette's and FastAPI's, in a suite that knows nothing of ours.

It takes place before the first conftest is imported, so whatever a suite imports by name is ours already; what other
plugins have imported before is replaced as well. All of it is undone at the end of the run.

Depends on: pytest; Starlette and `asgitest.testclient` when it takes place.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["pytest_unconfigure", "swap"]

NAMES = ("TestClient", "WebSocketTestSession", "WebSocketDenialResponse")
_REPLACED = pytest.StashKey[list[tuple[Any, str, Any]]]()


def swap(config: pytest.Config) -> None:
    """Put ours wherever Starlette's is.

    Raises:
        pytest.UsageError: If Starlette is not installed, so that there is nothing to take the place of.
    """
    try:
        starlette = importlib.import_module("starlette.testclient")
    except ImportError as error:
        raise pytest.UsageError(
            f"--asgi-testclient takes the place of Starlette's test client, which cannot be imported: {error}"
        ) from None
    ours = importlib.import_module("asgitest.testclient")
    originals = {name: getattr(starlette, name) for name in NAMES if hasattr(starlette, name)}
    replaced = config.stash.setdefault(_REPLACED, [])
    for module, name in _holders(originals):
        replaced.append((module, name, originals[name]))
        setattr(module, name, getattr(ours, name))


def _holders(originals: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Every loaded module that has one of Starlette's names, and which."""
    for module in list(sys.modules.values()):
        names: dict[str, Any] = getattr(module, "__dict__", {})
        for name, original in originals.items():
            if names.get(name) is original:
                yield module, name


def pytest_unconfigure(config: pytest.Config) -> None:
    """Put Starlette's back."""
    for module, name, original in config.stash.setdefault(_REPLACED, []):
        setattr(module, name, original)
