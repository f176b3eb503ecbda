"""Prices, coupons and currency rates of a shop."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field

app = FastAPI(title="Discounts")

RATES = {"EUR": 1.0, "USD": 1.09, "JPY": 163.2}
COUPONS = {"WELCOME10": 10, "SUMMER25": 25, "STAFF-ONLY-50": None}
UNKNOWN = {404: {"description": "There is none with that name"}}


class Statement(BaseModel):
    income: Annotated[int, Field(ge=0, le=1_000_000)]
    costs: Annotated[int, Field(ge=0, le=1_000_000)]
    tax: Annotated[int, Field(ge=0, le=1_000_000)]


class Coupon(BaseModel):
    code: Annotated[str, Field(min_length=1, max_length=40)]


@app.get("/gross/{percent}")
def gross(
    percent: Annotated[int, Path(ge=0, lt=100)], net: Annotated[int, Query(ge=1, le=10_000)] = 100
) -> dict[str, float]:
    return {"gross": round(net * 100 / (100 - percent), 2)}


@app.get("/rates/{currency}", responses=UNKNOWN)
def rate(currency: str) -> dict[str, float]:
    if currency not in RATES:
        raise HTTPException(404)
    return {"rate": RATES[currency]}


@app.post("/coupons", responses=UNKNOWN)
def use_coupon(coupon: Coupon) -> dict[str, int]:
    if coupon.code not in COUPONS:
        raise HTTPException(404)
    percent = COUPONS[coupon.code]
    if percent is None:
        raise HTTPException(404)
    return {"payable": 100 - percent}


@app.post("/margin")
def margin(statement: Statement) -> dict[str, float]:
    profit = statement.income - statement.costs - statement.tax
    if profit == 0:
        return {"years": 0.0}
    return {"years": round(statement.income / profit, 2)}


@app.get("/serials/{serial}")
def serial_year(serial: Annotated[str, Path(min_length=4, max_length=12)]) -> dict[str, int]:
    year = 0
    if serial[0] == "X":
        if serial[1] == "K":
            if serial[2] == "-":
                year = int(serial[3:5]) if serial[3:5].isdecimal() else 0
    return {"year": year}


@app.get("/documents/{reference}", responses=UNKNOWN)
def document(reference: Annotated[str, Path(max_length=30)]) -> dict[str, str | int]:
    if reference.startswith("INV-"):
        number = reference.removeprefix("INV-")
        if not (number.isascii() and number.isdigit()):
            raise HTTPException(404)
        return {"kind": "invoice", "number": int(number)}
    return {"kind": "letter", "number": 0}


@app.get("/tiers/{points}")
def tier(points: Annotated[int, Path(ge=0, le=999)]) -> dict[str, str]:
    names = {0: "bronze", 1: "silver", 2: "silver", 3: "gold", 4: "gold"}
    return {"tier": names[min(points // 100, 4)]}
