"""What fails only after something else has happened, on paths that make no resource."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel, Field

EXPECTED = {"GET /averages": "http.unhandled-exception"}
app = FastAPI()
ratings = [5]


class Rating(BaseModel):
    stars: int = Field(ge=1, le=5)


@app.post("/ratings", status_code=201)
async def rate(rating: Rating) -> Rating:
    ratings.append(rating.stars)
    return rating


@app.delete("/ratings", status_code=204)
async def clear() -> None:
    ratings.clear()


@app.get("/averages")
async def average() -> dict[str, float]:
    return {"stars": sum(ratings) / len(ratings)}
