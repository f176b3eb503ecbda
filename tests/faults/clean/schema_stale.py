"""An app that serves a copy of its schema from the day before."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

app = FastAPI(title="Stale", openapi_url=None)


@app.get("/books")
def list_books() -> list[str]:
    return []


@app.get("/authors")
def list_authors() -> list[str]:
    return []


@app.get("/openapi.json", include_in_schema=False)
def served() -> dict[str, Any]:
    schema = app.openapi()
    return schema
