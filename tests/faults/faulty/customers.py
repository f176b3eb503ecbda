"""Customers and their invoices in SQLite, behind an API key that stands in the source."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

API_KEY = "customers-key-2024"
key_header = APIKeyHeader(name="X-API-Key", auto_error=False)


def require_key(key: Annotated[str | None, Depends(key_header)]) -> str:
    if key != API_KEY:
        raise HTTPException(401, "bad key", headers={"WWW-Authenticate": "X-API-Key"})
    return key


@asynccontextmanager
async def lifespan(app: FastAPI):
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.executescript("""
      create table customers (
        id integer primary key, name text not null, email text unique, discount real not null default 0
      );
      create table invoices (
        id integer primary key, customer_id integer references customers(id),
        amount text not null, due text not null, paid integer not null default 0
      );
    """)
    app.state.db = db
    yield
    db.close()


app = FastAPI(
    title="Customers",
    lifespan=lifespan,
    dependencies=[Depends(require_key)],
    responses={401: {"description": "Key missing or wrong"}},
)


def database(request: Request) -> sqlite3.Connection:
    return request.app.state.db


DB = Annotated[sqlite3.Connection, Depends(database)]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
BareNumber = Annotated[int, Path()]


class CustomerIn(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    email: Annotated[str, Field(pattern=r"^[a-z0-9]{1,20}@[a-z]{1,20}\.[a-z]{2,5}$")]
    discount: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = 0.0


class Customer(CustomerIn):
    id: int


class InvoiceIn(BaseModel):
    customer_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    amount: Annotated[Decimal, Field(ge=0, le=10000, decimal_places=2)]
    due: date


class Invoice(InvoiceIn):
    id: int
    paid: bool


class Report(BaseModel):
    year: int
    total: Decimal
    count: int
    average: Decimal | None


MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "None"}}


@app.post("/customers", status_code=201, responses={409: {"description": "Email is taken"}})
def add_customer(customer: CustomerIn, db: DB) -> Customer:
    row = db.execute(
        "insert into customers (name, email, discount) values (?, ?, ?)",
        (customer.name, customer.email, customer.discount),
    )
    return Customer(id=row.lastrowid, **customer.model_dump())


@app.get("/customers")
def customers(
    db: DB,
    q: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> list[Customer]:
    if q:
        rows = db.execute(f"select * from customers where name like '%{q}%' limit {limit}")  # noqa: S608  the fault
    else:
        rows = db.execute("select * from customers order by id limit ? offset ?", (limit, offset))
    return [Customer(**dict(row)) for row in rows]


@app.get("/customers/{number}", responses=MISSING)
def customer(number: BareNumber, db: DB) -> Customer:
    row = db.execute("select * from customers where id = ?", (number,)).fetchone()
    if row is None:
        raise HTTPException(404, "none")
    return Customer(**dict(row))


@app.put("/customers/{number}", responses=MISSING | {409: {"description": "Email is taken"}})
def replace_customer(number: Number, customer: CustomerIn, db: DB) -> Customer:
    try:
        done = db.execute(
            "update customers set name = ?, email = ?, discount = ? where id = ?",
            (customer.name, customer.email, customer.discount, number),
        )
    except sqlite3.IntegrityError:
        raise HTTPException(409, "taken") from None
    if not done.rowcount:
        raise HTTPException(404, "none")
    return Customer(id=number, **customer.model_dump())


@app.delete("/customers/{number}", status_code=204, responses=MISSING)
def remove_customer(number: Number, db: DB) -> None:
    if not db.execute("delete from customers where id = ?", (number,)).rowcount:
        raise HTTPException(404, "none")


@app.post("/invoices", status_code=201, responses=MISSING)
def add_invoice(invoice: InvoiceIn, db: DB) -> Invoice:
    if db.execute("select 1 from customers where id = ?", (invoice.customer_id,)).fetchone() is None:
        raise HTTPException(404, "no such customer")
    row = db.execute(
        "insert into invoices (customer_id, amount, due) values (?, ?, ?)",
        (invoice.customer_id, str(invoice.amount), invoice.due.isoformat()),
    )
    return Invoice(id=row.lastrowid, paid=False, **invoice.model_dump())


@app.get("/invoices/{number}", responses=MISSING)
def invoice(number: Number, db: DB) -> dict[str, Any]:
    row = db.execute("select * from invoices where id = ?", (number,)).fetchone()
    if row is None:
        raise HTTPException(404, "none")
    owner = db.execute("select * from customers where id = ?", (row["customer_id"],)).fetchone()
    return {"id": row["id"], "amount": row["amount"], "customer": owner["name"], "paid": bool(row["paid"])}


@app.post("/invoices/{number}/pay", responses=MISSING | {409: {"description": "Paid already"}})
def pay(number: Number, db: DB) -> dict[str, bool]:
    row = db.execute("select paid from invoices where id = ?", (number,)).fetchone()
    if row is None:
        raise HTTPException(404, "none")
    if row["paid"]:
        raise HTTPException(400, "paid already")
    db.execute("update invoices set paid = 1 where id = ?", (number,))
    return {"paid": True}


@app.get("/reports/{year}")
def report(year: Annotated[int, Path(ge=1900, le=2100)], db: DB) -> Report:
    rows = db.execute("select amount from invoices where due like ?", (f"{year}-%",)).fetchall()
    total = sum((Decimal(r["amount"]) for r in rows), Decimal(0))
    return Report(year=year, total=total, count=len(rows), average=total / len(rows))
