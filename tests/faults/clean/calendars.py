"""Bookings of rooms by day and hour."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field

app = FastAPI(title="Room calendar")
REFUSED = {400: {"description": "The calendar does not reach so far"}}


class Booking(BaseModel):
    room: Annotated[str, Field(min_length=1, max_length=20)]
    starts: datetime
    minutes: Annotated[int, Field(ge=1, le=1440)] = 60


@app.get("/days/{day}/next", responses=REFUSED)
def next_day(day: date) -> dict[str, date]:
    if day == date.max:
        raise HTTPException(400)
    return {"next": day + timedelta(days=1)}


@app.get("/anniversaries")
def anniversary(born: date, year: Annotated[int, Query(ge=1, le=9999)]) -> dict[str, date]:
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return {"on": date(year, 3, 1)}
    return {"on": born.replace(year=year)}


@app.post("/bookings", status_code=201, responses=REFUSED)
def book(booking: Booking) -> dict[str, str]:
    starts = booking.starts if booking.starts.tzinfo else booking.starts.replace(tzinfo=UTC)
    if starts < datetime.now(UTC):
        raise HTTPException(400, "That time has passed")
    return {"room": booking.room}


@app.get("/months/{year}/{month}")
def month_days(year: Annotated[int, Path(ge=1, le=9999)], month: Annotated[int, Path(ge=1, le=12)]) -> dict[str, int]:
    return {"days": calendar.monthrange(year, month)[1]}


@app.get("/at/{timestamp}")
def at(timestamp: Annotated[int, Path(ge=0, le=4_102_444_800)]) -> dict[str, str]:
    return {"day": datetime.fromtimestamp(timestamp, UTC).date().isoformat()}


@app.get("/occupancy")
def occupancy(first: date, last: date, booked: Annotated[int, Query(ge=0, le=366)] = 1) -> dict[str, float]:
    return {"share": booked / max((last - first).days, 1)}
