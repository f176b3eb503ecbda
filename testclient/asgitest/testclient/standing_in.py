"""What Starlette's client does that ours does only where it stands in for it.

Ours stands in when ``starlette.testclient.TestClient`` has been replaced by it, as ``pytest --asgi-testclient`` does.
Code that
was written for Starlette's then gets what it expects.
"""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn_where_starlette_would"]


def warn_where_starlette_would(client_class: type) -> None:
    """Warn of ``timeout=``, which Starlette's client ignores and ours honours."""
    starlette = sys.modules.get("starlette.testclient")
    if starlette is None or starlette.TestClient is not client_class:
        return
    text = "You should not use the 'timeout' argument with the TestClient. (asgitest honours it.)"
    warnings.warn(text, starlette.StarletteDeprecationWarning, stacklevel=4)
