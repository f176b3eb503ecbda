"""Arithmetic for accounts: averages, roots, pages and ranges."""

from __future__ import annotations

import math
import sqlite3
import statistics
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI(title="Arithmetic")

database = sqlite3.connect(":memory:", check_same_thread=False)
database.execute("CREATE TABLE readings (meter INTEGER, value REAL)")
database.execute("INSERT INTO readings VALUES (7, 1.5)")


class Numbers(BaseModel):
    values: Annotated[list[float], Field(max_length=100)]


class Weighted(BaseModel):
    values: Annotated[list[int], Field(max_length=10)]
    weights: Annotated[list[int], Field(max_length=10)]


@app.post("/mean")
def mean(numbers: Numbers) -> dict[str, float | None]:
    return {"mean": statistics.fmean(numbers.values)}


@app.get("/readings")
def readings(meter: int) -> list[float]:
    return [row[0] for row in database.execute("SELECT value FROM readings WHERE meter = ?", (meter,))]


@app.get("/root")
def root(of: Annotated[int, Query(le=1_000_000)]) -> dict[str, float]:
    return {"root": math.sqrt(of)}


@app.get("/page-count")
def page_count(
    total: Annotated[int, Query(ge=0, le=10_000)], size: Annotated[int, Query(le=100)] = 10
) -> dict[str, int]:
    return {"pages": -(-total // size)}


@app.get("/interest", response_model=None)
def interest(amount: float, rate: float) -> dict[str, float]:
    return {"sum": amount * (1 + rate)}


@app.get("/ticks")
def ticks(stop: Annotated[int, Query(ge=0, le=100)], step: Annotated[int, Query(ge=-10, le=10)]) -> list[int]:
    return list(range(0, stop, step))


@app.post("/weighted")
def weighted(body: Weighted) -> dict[str, int]:
    return {"sum": sum(value * body.weights[index] for index, value in enumerate(body.values))}


class Balance(BaseModel):
    debit: Annotated[int, Field(ge=100, le=50_000)]
    credit: Annotated[int, Field(ge=100, le=50_000)]


@app.post("/balance")
def balance(body: Balance) -> dict[str, float]:
    return {"leverage": body.debit / (body.debit - body.credit)}
