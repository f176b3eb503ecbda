"""Three resources with one fault each, between their requests."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

EXPECTED = {
    "GET /orders": "state.failed-create-side-effect",
    "GET /events": "state.list-misses-created",
    "GET /counters/{counter_id}": "state.put-not-idempotent",
}
app = FastAPI()


class Thing(BaseModel):
    name: str
    amount: int = 1


orders: list[dict[str, Any]] = []


@app.post("/orders", status_code=201, responses={400: {}})
async def create_order(thing: Thing) -> dict[str, Any]:
    orders.append({"id": len(orders) + 1, **thing.model_dump()})
    if thing.amount <= 0:
        raise HTTPException(400, "too few")
    return orders[-1]


@app.get("/orders")
async def list_orders() -> list[dict[str, Any]]:
    return orders


@app.get("/orders/{order_id}", responses={404: {}})
async def read_order(order_id: int) -> dict[str, Any]:
    if not 0 < order_id <= len(orders):
        raise HTTPException(404)
    return orders[order_id - 1]


events: dict[int, dict[str, Any]] = {}


@app.post("/events", status_code=201)
async def create_event(thing: Thing) -> dict[str, Any]:
    number = len(events) + 1
    events[number] = {"id": number, **thing.model_dump()}
    return events[number]


@app.get("/events")
async def list_events() -> list[dict[str, Any]]:
    return []


@app.get("/events/{event_id}", responses={404: {}})
async def read_event(event_id: int) -> dict[str, Any]:
    if event_id not in events:
        raise HTTPException(404)
    return events[event_id]


counters: dict[int, dict[str, Any]] = {}


@app.post("/counters", status_code=201)
async def create_counter(thing: Thing) -> dict[str, Any]:
    number = len(counters) + 1
    counters[number] = {"id": number, **thing.model_dump()}
    return counters[number]


@app.get("/counters/{counter_id}", responses={404: {}})
async def read_counter(counter_id: int) -> dict[str, Any]:
    if counter_id not in counters:
        raise HTTPException(404)
    return counters[counter_id]


@app.put("/counters/{counter_id}", responses={404: {}})
async def put_counter(counter_id: int, thing: Thing) -> dict[str, Any]:
    if counter_id not in counters:
        raise HTTPException(404)
    counters[counter_id]["amount"] += abs(thing.amount) + 1
    return counters[counter_id]
