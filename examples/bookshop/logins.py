"""How people of the bookshop log in, for ``asgitest check``."""

from __future__ import annotations

from typing import Any


def grace(client: Any) -> dict[str, str]:
    """Log in as somebody who may change the catalogue."""
    answer = client.post("/token", data={"username": "grace", "password": "hopper"})
    return {"authorization": f"Bearer {answer.json()['access_token']}"}
