"""Six small stores of things that are created, read, replaced and deleted."""

from __future__ import annotations

import itertools
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field

MISSING = {404: {"description": "There is none with that number"}}
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class Thing(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=20)]
    price: Annotated[int, Field(ge=0, le=1000)] = 1


class Stored(Thing):
    id: int


class Change(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    price: Annotated[int, Field(ge=0, le=1000)] | None = None


class Shelf(dict[int, Any]):
    """Things by number; numbers are never given twice."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)

    def add(self, thing: Thing) -> Stored:
        stored = Stored(id=next(self.numbers), **thing.model_dump())
        self[stored.id] = stored
        return stored

    def find(self, number: int) -> Stored:
        if number not in self:
            raise HTTPException(404)
        return self[number]


shelves = {name: Shelf() for name in ("notes", "books", "tags", "lamps", "chairs", "desks", "users", "plants", "carts")}
trash: set[int] = set()


@asynccontextmanager
async def lifespan(app: FastAPI):
    for shelf in shelves.values():
        shelf.clear()
        shelf.numbers = itertools.count(1)
    trash.clear()
    yield


app = FastAPI(title="Stores", lifespan=lifespan)


@app.post("/notes", status_code=201)
def add_note(thing: Thing) -> Stored:
    return shelves["notes"].add(thing)


@app.get("/notes/{number}", responses=MISSING)
def read_note(number: Number) -> Stored:
    return shelves["notes"].find(number)


@app.delete("/notes/{number}", status_code=204, responses=MISSING)
def delete_note(number: Number) -> None:
    if number in trash:
        raise HTTPException(404)
    shelves["notes"].find(number)
    trash.add(number)


@app.post("/books", status_code=201)
def add_book(thing: Thing) -> Stored:
    book = shelves["books"].add(thing)
    return book.model_copy(update={"id": book.id + 1})


@app.get("/books/{number}", responses=MISSING)
def read_book(number: Number) -> Stored:
    return shelves["books"].find(number)


@app.post("/lamps", status_code=201)
def add_lamp(thing: Thing) -> Stored:
    return shelves["lamps"].add(thing)


@app.get("/lamps/{number}", responses=MISSING)
def read_lamp(number: Number) -> Stored:
    return shelves["lamps"].find(number)


@app.put("/lamps/{number}", responses=MISSING)
def replace_lamp(number: Number, thing: Thing) -> Stored:
    return shelves["lamps"].find(number).model_copy(update=thing.model_dump())


@app.post("/tags", status_code=201)
def add_tag(thing: Thing) -> Stored:
    return shelves["tags"].add(thing)


@app.get("/tags/{number}", responses=MISSING, response_model=None)
def read_tag(number: Number) -> Any:
    return shelves["tags"].find(number)


@app.put("/tags/{number}", responses=MISSING, response_model=None)
def replace_tag(number: Number, thing: Thing) -> Any:
    tag = shelves["tags"].find(number)
    shelves["tags"][number] = tag.model_copy(update={"name": thing.name, "price": tag.price + thing.price})
    return shelves["tags"][number]


@app.post("/chairs", status_code=201)
def add_chair(thing: Thing) -> Stored:
    return shelves["chairs"].add(thing)


@app.get("/chairs/{number}", responses=MISSING)
def read_chair(number: Number) -> Stored:
    return shelves["chairs"].find(number)


@app.delete("/chairs/{number}", status_code=204, responses=MISSING)
def delete_chair(number: Number) -> None:
    del shelves["chairs"][number]


@app.post("/desks", status_code=201)
def add_desk(thing: Thing) -> Stored:
    return shelves["desks"].add(thing)


@app.get("/desks")
def list_desks() -> list[Stored]:
    return [desk for desk in shelves["desks"].values() if desk.price]


@app.get("/desks/{number}", responses=MISSING)
def read_desk(number: Number) -> Stored:
    return shelves["desks"].find(number)


@app.post("/users", status_code=201, responses={409: {"description": "The name is taken"}})
def add_user(thing: Thing) -> Stored:
    taken = thing.name in [user.name for user in shelves["users"].values()]
    user = shelves["users"].add(thing)
    if taken:
        raise HTTPException(409)
    return user


@app.get("/users")
def list_users() -> list[Stored]:
    return list(shelves["users"].values())


@app.get("/users/{number}", responses=MISSING)
def read_user(number: Number) -> Stored:
    return shelves["users"].find(number)


@app.post("/plants", status_code=201)
def add_plant(thing: Thing) -> Stored:
    return shelves["plants"].add(thing)


@app.get("/plants/{number}", responses=MISSING)
def read_plant(number: Number) -> Stored:
    return shelves["plants"].find(number)


@app.patch("/plants/{number}", responses=MISSING)
def change_plant(number: Number, change: Change) -> Stored:
    plant = shelves["plants"].find(number)
    shelves["plants"][number] = plant.model_copy(update=change.model_dump())
    return shelves["plants"][number]


def tag_of(cart: Stored) -> str:
    return f'"{cart.name.encode().hex()}-{cart.price}"'


@app.post("/carts", status_code=201)
def add_cart(thing: Thing, response: Response) -> Stored:
    cart = shelves["carts"].add(thing)
    response.headers["ETag"] = tag_of(cart)
    return cart


@app.get("/carts/{number}", responses=MISSING | {304: {"description": "It is the same"}})
def read_cart(number: Number, response: Response, if_none_match: Annotated[str | None, Header()] = None) -> Any:
    tag = tag_of(shelves["carts"].find(number))
    if if_none_match and (tag in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return shelves["carts"].find(number)


@app.put("/carts/{number}", responses=MISSING | {412: {"description": "It has changed"}})
def replace_cart(
    number: Number, thing: Thing, response: Response, if_match: Annotated[str | None, Header()] = None
) -> Stored:
    cart = shelves["carts"].find(number)
    shelves["carts"][number] = cart.model_copy(update=thing.model_dump())
    response.headers["ETag"] = tag_of(shelves["carts"][number])
    return shelves["carts"][number]


@app.get("/notes")
def list_notes(
    page: Annotated[int, Query(ge=1, le=1000)] = 1, size: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[Stored]:
    kept = [note for number, note in shelves["notes"].items() if number not in trash]
    first = (page - 1) * (size + 1)
    return kept[first : first + size]
