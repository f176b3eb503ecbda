"""A schema with everything that breaks a client generator."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field

app = FastAPI(title="Documents")
v1 = APIRouter(prefix="/v1")
v2 = APIRouter(prefix="/v2")


@v1.get("/documents", operation_id="list_documents")
def list_documents() -> list[str]:
    return []


@v2.get("/documents", operation_id="list_documents_v2")
def list_documents_again() -> list[str]:
    return []


app.include_router(v1)
app.include_router(v2)


@app.get(
    "/shapes",
    response_model=None,
    responses={200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Measure"}}}}},
)
def shapes() -> dict[str, int]:
    return {"width": 1}


class Measure(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"width": 50}]})

    width: Annotated[int, Field(ge=0, le=100)]


@app.post("/measures")
def measure(body: Measure) -> Measure:
    return body


@app.get("/levels")
def levels(level: Annotated[str, Query(pattern="^(low|high)$", openapi_examples={"usual": {"value": "low"}})]) -> str:
    return level


@app.get("/pages")
def pages(size: Annotated[int, Query(ge=1, le=100)] = 100) -> dict[str, int]:
    return {"size": size}


class Author(BaseModel):
    model_config = ConfigDict(json_schema_extra={"required": ["name"]})

    name: str


@app.get("/authors")
def author() -> Author:
    return Author(name="Ann")


@app.get("/admin")
def admin() -> dict[str, str]:
    return {}


@app.get("/codes/{code}")
def code(code: Annotated[str, Path(pattern="^[A-Z]{3}$")]) -> str:
    return code


def documented() -> dict[str, Any]:
    schema = FastAPI.openapi(app)
    paths = schema["paths"]
    return schema


app.openapi = documented


@app.get("/rooms/{room}")
def room(room: str) -> dict[str, str]:
    return {"room": room}


@app.post("/jobs")
def job() -> dict[str, str]:
    return {"job": "done"}


@app.get("/floors")
def floors() -> list[int]:
    return [1, 2]


@app.get("/doors/{door}")
def door(door: int) -> dict[str, int]:
    return {"door": door}


@app.put("/doors/{door}")
def paint_door(door: int) -> dict[str, int]:
    return {"door": door}
