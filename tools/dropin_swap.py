"""A pytest plugin that puts our client in the place of Starlette's and FastAPI's.

``-p dropin_swap``: pytest imports it before any conftest, so whatever the suite imports by name is ours already.
"""

from __future__ import annotations

import starlette.testclient

import asgitest.testclient

NAMES = ("TestClient", "WebSocketTestSession", "WebSocketDenialResponse")

for name in NAMES:
    setattr(starlette.testclient, name, getattr(asgitest.testclient, name))

try:
    import fastapi.testclient
except ImportError:  # the suite of Starlette needs no FastAPI
    pass
else:
    fastapi.testclient.TestClient = asgitest.testclient.TestClient  # type: ignore[misc,assignment]  # that is the point
