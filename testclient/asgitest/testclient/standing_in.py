"""What Starlette's client does that ours does only where it stands in for it.

Ours stands in when ``starlette.testclient.TestClient`` has been replaced by it, as ``pytest --asgi-testclient``
does. Code that was written for Starlette's then gets what it expects: the same warnings, and refusals where
Starlette's refuses. All else that is wrong with the app is still recorded, and ``validate="strict"`` brings it back.

Depends on: the standard library.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

__all__ = ["default_mode", "stands_in", "starlettes_sentence", "warn_where_starlette_would"]


def stands_in() -> bool:
    """Whether the client of this package has taken the place of Starlette's."""
    starlette = sys.modules.get("starlette.testclient")
    home: str = getattr(getattr(starlette, "TestClient", None), "__module__", "")
    return home.startswith("asgitest.")


def default_mode() -> str:
    """How strict a client is that was not told: the environment says, or whether it stands in for Starlette's.

    Raises:
        ValueError: If ``ASGITEST_VALIDATE`` is no mode; the policy says so.
    """
    wanted = os.environ.get("ASGITEST_VALIDATE")
    if wanted:
        return wanted
    return "starlette" if stands_in() else "strict"


def warn_where_starlette_would() -> None:
    """Warn of ``timeout=``, which Starlette's client ignores and ours honours."""
    if not stands_in():
        return
    text = "You should not use the 'timeout' argument with the TestClient. (asgitest honours it.)"
    starlette: Any = sys.modules["starlette.testclient"]
    warnings.warn(text, starlette.StarletteDeprecationWarning, stacklevel=4)


def starlettes_sentence(exchange: Any, message: Any) -> str:
    """What Starlette's client says about a message that comes out of order, for tests that match its text.

    Args:
        exchange: The HTTP exchange that refused the message.
        message: The refused message.

    Returns:
        The sentence; empty where Starlette's client says nothing.
    """
    kind: Any = message["type"] if _is_typed(message) else None
    state = str(getattr(exchange, "state", ""))
    if kind == "http.response.start" and state != "waiting":
        return 'Received multiple "http.response.start" messages.'
    if kind == "http.response.body":
        return _OF_BODIES.get(state, "")
    if kind == "http.response.trailers":
        if not exchange.trailers_expected:
            return 'Received "http.response.trailers" without declaring trailers.'
        when = "after response completed" if state == "complete" else "before body completed"
        return f'Received "http.response.trailers" {when}.'
    return ""


def _is_typed(message: Any) -> bool:
    return isinstance(message, dict) and "type" in message


_OF_BODIES = {
    "waiting": 'Received "http.response.body" without "http.response.start".',
    "complete": 'Received "http.response.body" after response completed.',
    "trailing": 'Received "http.response.body" after body completed.',
}
