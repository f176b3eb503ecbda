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
    if not numbers.values or not all(abs(value) < 1e100 for value in numbers.values):
        return {"mean": None}
    return {"mean": statistics.fmean(numbers.values)}


@app.get("/readings")
def readings(meter: Annotated[int, Query(ge=0, le=2**31)]) -> list[float]:
    return [row[0] for row in database.execute("SELECT value FROM readings WHERE meter = ?", (meter,))]


@app.get("/root")
def root(of: Annotated[int, Query(ge=0, le=1_000_000)]) -> dict[str, float]:
    return {"root": math.sqrt(of)}


@app.get("/page-count")
def page_count(
    total: Annotated[int, Query(ge=0, le=10_000)], size: Annotated[int, Query(ge=1, le=100)] = 10
) -> dict[str, int]:
    return {"pages": -(-total // size)}


@app.get("/interest", response_model=None)
def interest(
    amount: Annotated[float, Query(ge=0, le=1e9)], rate: Annotated[float, Query(ge=0, le=1)]
) -> dict[str, float]:
    return {"sum": amount * (1 + rate)}


@app.get("/ticks")
def ticks(stop: Annotated[int, Query(ge=0, le=100)], step: Annotated[int, Query(ge=1, le=10)]) -> list[int]:
    return list(range(0, stop, step))


@app.post("/weighted")
def weighted(body: Weighted) -> dict[str, int]:
    return {"sum": sum(value * weight for value, weight in zip(body.values, body.weights, strict=False))}


class Balance(BaseModel):
    debit: Annotated[int, Field(ge=100, le=50_000)]
    credit: Annotated[int, Field(ge=100, le=50_000)]


@app.post("/balance")
def balance(body: Balance) -> dict[str, float]:
    difference = body.debit - body.credit
    return {"leverage": body.debit / difference if difference else 0.0}
