"""One mistake that five operations share."""

from __future__ import annotations

from fastapi import FastAPI

app = FastAPI()


def parse(text: str) -> int:
    return int(text)


async def endpoint(text: str) -> dict[str, int]:
    return {"number": parse(text)}


for name in ("one", "two", "three", "four", "five"):
    app.get(f"/{name}")(endpoint)
