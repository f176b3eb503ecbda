"""Users, reports and articles, in routers of routers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path
from fastapi.responses import PlainTextResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

app = FastAPI(title="Routing")
users = APIRouter(prefix="/users")
articles = APIRouter(prefix="/articles")
comments = APIRouter(prefix="/{article}/comments")


@users.get("/me")
def me() -> dict[str, str]:
    return {"user": "me", "kind": "self"}


@users.get("/{user}")
def user(user: str) -> dict[str, str]:
    return {"user": user, "kind": "other"}


@articles.get("/latest")
def latest() -> dict[str, int]:
    return {"article": 99}


@articles.get("/{article}")
def article(article: int) -> dict[str, int]:
    return {"article": article}


@comments.get("/{comment}")
def comment(article: int, comment: int) -> dict[str, int]:
    return {"article": article, "comment": comment}


articles.include_router(comments)
app.include_router(users)
app.include_router(articles)


async def metrics(request: Request) -> PlainTextResponse:
    return PlainTextResponse("requests 1\n")


@app.get("/internal/health")
def health() -> dict[str, bool]:
    return {"healthy": True}


app.mount("/internal", Starlette(routes=[Route("/metrics", metrics)]))


@app.get("/files/{name}/meta")
def file_meta(name: str) -> dict[str, str]:
    return {"meta": name}


@app.get("/files/{name:path}")
def file(name: str) -> dict[str, str]:
    return {"file": name}


def documented() -> dict[str, Any]:
    schema = FastAPI.openapi(app)
    return schema


app.openapi = documented


@app.get("/tags")
def tags() -> list[str]:
    return ["a", "b"]


@app.delete("/tags/{tag}")
def delete_tag(tag: str) -> dict[str, str]:
    return {"deleted": tag}


@app.post("/counters/{name}")
def count(name: Annotated[str, Path(max_length=10)]) -> dict[str, str]:
    return {"name": name}
