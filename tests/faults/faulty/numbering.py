"""Projects with tasks, numbered by hand."""

from __future__ import annotations

import itertools
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

app = FastAPI(title="Projects")
api = APIRouter(prefix="/api")
projects = APIRouter(prefix="/projects")
tasks = APIRouter(prefix="/{project}/tasks")

MISSING = {404: {"description": "There is none with that number"}}
Number = Annotated[int, Path(ge=1, le=10_000)]

store: dict[int, dict[str, Any]] = {}
labels: dict[int, str] = {}
last_number = 0
numbers = itertools.count(1)
all_tasks: dict[int, tuple[int, str]] = {}


class Project(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=30)]


class Known(Project):
    id: int


class Label(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=10)]


class KnownLabel(Label):
    id: int


@projects.post("", status_code=201)
def add_project(project: Project) -> Known:
    global last_number
    last_number += 1
    store[last_number] = {"title": project.title}
    return Known(id=last_number, title=project.title)


@projects.get("/{project}", responses=MISSING)
def read_project(project: Number) -> Known:
    if project not in store:
        raise HTTPException(404)
    return Known(id=project, title=store[project]["title"])


@projects.delete("/{project}", status_code=204, responses=MISSING)
def delete_project(project: Number) -> None:
    if store.pop(project, None) is None:
        raise HTTPException(404)


@tasks.post("", status_code=201, responses=MISSING)
def add_task(project: Number, task: Project) -> Known:
    if project not in store:
        raise HTTPException(404)
    number = next(numbers)
    all_tasks[number] = (project, task.title)
    return Known(id=number, title=task.title)


@tasks.get("/{task}", responses=MISSING)
def read_task(project: Number, task: Number) -> Known:
    if task not in all_tasks or all_tasks[task][0] != project:
        raise HTTPException(404)
    return Known(id=task, title=store[project]["title"] + ": " + all_tasks[task][1])


@api.post("/labels", status_code=201)
def add_label(label: Label) -> KnownLabel:
    number = len(labels) + 1
    labels[number] = label.text
    return KnownLabel(id=number, text=label.text)


@api.get("/labels/{label}", responses=MISSING)
def read_label(label: Number) -> KnownLabel:
    if label not in labels:
        raise HTTPException(404)
    return KnownLabel(id=label, text=labels[label])


@api.delete("/labels/{label}", status_code=204, responses=MISSING)
def delete_label(label: Number) -> None:
    if labels.pop(label, None) is None:
        raise HTTPException(404)


switches: set[str] = set()


@api.put("/switches/{name}", status_code=204)
def set_switch(name: Annotated[str, Path(max_length=10)]) -> None:
    switches.add(name)


@api.get("/switches/{name}", responses=MISSING)
def read_switch(name: Annotated[str, Path(max_length=10)]) -> dict[str, bool]:
    if name not in switches:
        raise HTTPException(404)
    return {"on": True}


@api.delete("/switches/{name}", status_code=204)
def delete_switch(name: Annotated[str, Path(max_length=10)]) -> None:
    switches.symmetric_difference_update({name})


ratings: list[int] = [5]


class Rating(BaseModel):
    stars: Annotated[int, Field(ge=1, le=5)]


@api.post("/ratings", status_code=201)
def rate(rating: Rating) -> Rating:
    ratings.append(rating.stars)
    return rating


@api.delete("/ratings", status_code=204)
def clear_ratings() -> None:
    ratings.clear()


@api.get("/averages")
def average() -> dict[str, float]:
    return {"stars": sum(ratings) / len(ratings)}


games: dict[str, list[int] | None] = {}


@api.put("/games/{name}", status_code=204)
def start_game(name: Annotated[str, Path(min_length=1, max_length=10)]) -> None:
    games[name] = []


@api.post("/games/{name}/end", responses=MISSING)
def end_game(name: Annotated[str, Path(min_length=1, max_length=10)]) -> dict[str, int]:
    if games.get(name) is None:
        raise HTTPException(404)
    moves = len(games[name])
    games[name] = None
    return {"moves": moves}


@api.post("/games/{name}/moves", responses=MISSING)
def move(name: Annotated[str, Path(min_length=1, max_length=10)]) -> dict[str, int]:
    if name not in games:
        raise HTTPException(404)
    games[name].append(1)
    return {"moves": len(games[name])}


projects.include_router(tasks)
api.include_router(projects)
app.include_router(api)
