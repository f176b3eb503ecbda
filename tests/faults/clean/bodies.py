"""Request bodies that are read by hand, and trees of comments."""

from __future__ import annotations

import json
from typing import Annotated, Any

import yaml
from fastapi import Body, FastAPI, File, Form, HTTPException, Request, UploadFile
from pydantic import BaseModel, Field, ValidationError

app = FastAPI(title="Bodies")
REFUSED = {400: {"description": "The body cannot be read"}}


class Note(BaseModel):
    title: Annotated[str, Field(max_length=50)]


class Comment(BaseModel):
    text: Annotated[str, Field(max_length=20)] = ""
    replies: list[Comment] = []


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def depth_of(tree: Any) -> int:
    if isinstance(tree, dict):
        return 1 + max((depth_of(value) for value in tree.values()), default=0)
    if isinstance(tree, list):
        return 1 + max((depth_of(value) for value in tree), default=0)
    return 0


@app.post("/raw", openapi_extra=json_body({"type": "object"}), responses=REFUSED)
async def raw(request: Request) -> dict[str, int]:
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
    if not isinstance(body, dict):
        raise HTTPException(400)
    return {"keys": len(body)}


@app.post("/notes")
def note(body: Note | None = None) -> dict[str, str]:
    return {"title": body.title if body else ""}


@app.post(
    "/yaml",
    responses=REFUSED | {422: {"description": "The YAML is no note"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/yaml": {"schema": Note.model_json_schema()}},
        }
    },
)
async def yaml_note(request: Request) -> dict[str, str]:
    try:
        body = yaml.safe_load(await request.body())
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise HTTPException(400) from error
    try:
        return {"title": Note.model_validate(body).title}
    except (ValidationError, RecursionError) as error:
        raise HTTPException(422) from error


class RepeatedKeyError(Exception):
    pass


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise RepeatedKeyError
    return dict(pairs)


@app.post("/settings", openapi_extra=json_body({"type": "object"}), responses=REFUSED)
async def settings(request: Request) -> dict[str, int]:
    try:
        body = json.loads(await request.body(), object_pairs_hook=unique)
    except (ValueError, RecursionError, RepeatedKeyError) as error:
        raise HTTPException(400) from error
    if not isinstance(body, dict):
        raise HTTPException(400)
    return {"keys": len(body)}


@app.post("/depth", responses=REFUSED)
async def depth(body: Annotated[Any, Body()]) -> dict[str, int]:
    try:
        return {"depth": depth_of(body)}
    except RecursionError as error:
        raise HTTPException(400) from error


@app.post("/threads")
async def first_reply(comment: Comment) -> dict[str, str]:
    return {"first": comment.replies[0].text if comment.replies else ""}


@app.post("/families")
async def grandchild(comment: Comment) -> dict[str, str]:
    if comment.replies and comment.replies[-1].replies:
        return {"last": comment.replies[-1].replies[-1].text}
    return {"last": ""}


@app.post("/uploads", responses=REFUSED)
async def upload(file: Annotated[UploadFile, File()]) -> dict[str, int]:
    content = await file.read()
    try:
        return {"words": len(content.decode().split())}
    except UnicodeDecodeError as error:
        raise HTTPException(400) from error


@app.post("/avatars")
async def avatar(file: Annotated[UploadFile, File()]) -> dict[str, str]:
    return {"type": (file.filename or "").rpartition(".")[2]}


@app.post("/transfers")
async def transfer(amount: Annotated[int, Form(ge=0, le=1000)]) -> dict[str, int]:
    return {"cents": int(amount) * 100}
