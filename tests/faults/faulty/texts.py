"""Names, slugs and labels: text in, text out."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, Field

app = FastAPI(title="Labels")
REFUSED = {400: {"description": "The text is of no use here"}}


class Person(BaseModel):
    name: str
    nickname: str | None = None


class Labels(BaseModel):
    labels: list[str] = []


@app.post("/initials")
def initial(person: Person) -> dict[str, str]:
    return {"initial": person.name[0].upper()}


@app.get("/surnames", responses=REFUSED)
def surname(name: Annotated[str, Query(min_length=1)]) -> dict[str, str]:
    return {"surname": name.split()[-1]}


@app.post("/greetings")
def greet(person: Person) -> dict[str, str]:
    return {"hello": person.nickname.strip() or person.name}


@app.get("/downloads", responses={200: {"content": {"text/plain": {}}}}, response_class=Response)
def download(filename: Annotated[str, Query(pattern=r"^\w{1,20}\.txt$")]) -> Response:
    return Response(
        "empty", media_type="text/plain", headers={"Content-Disposition": f'attachment; filename="{filename}"'}
    )


@app.get("/shelves", responses=REFUSED)
def shelf(number: str) -> dict[str, int]:
    if not number.isdigit():
        raise HTTPException(400)
    return {"shelf": int(number)}


@app.post("/widths")
def width(body: Labels) -> dict[str, int]:
    return {"width": max(len(label) for label in body.labels)}


@app.post("/echoes")
def echo(body: Annotated[dict[str, Any], Body()]) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text.encode(), media_type="application/json")


@app.get("/files", responses={404: {"description": "There is no such file"}, **REFUSED})
def file_size(name: Annotated[str, Query(min_length=1, max_length=50)]) -> dict[str, int]:
    try:
        with open("/nonexistent/" + name, "rb") as file:
            return {"size": len(file.read())}
    except OSError as error:
        raise HTTPException(404) from error


class Line(BaseModel):
    line: Annotated[str, Field(max_length=60)]


@app.post("/scores")
def score(body: Line) -> dict[str, str]:
    key, value = body.line.split("=")
    return {key: value}
