"""A few resources that answer more verbs than GET and POST, and answer refusals themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

app = FastAPI(title="Verbs")
NAMES = {"red", "green"}


@app.exception_handler(StarletteHTTPException)
async def refuse(request: Request, error: StarletteHTTPException) -> JSONResponse:
    detail = error.detail.strip() if isinstance(error.detail, str) else "no"
    status = error.status_code
    return JSONResponse({"message": detail}, status, headers=error.headers)


@app.get("/colours/{name}", responses={404: {"description": "There is no such colour"}})
def colour(name: Annotated[str, Path(max_length=10)]) -> dict[str, str]:
    if name not in NAMES:
        raise HTTPException(404, {"colour": name})
    return {"name": name}


@app.get("/sizes")
def sizes() -> list[int]:
    return [36, 38]


@app.get("/shapes")
def shapes() -> list[str]:
    return ["circle"]


@app.post("/shapes")
def add_shape() -> dict[str, str]:
    return {"shape": "square"}


@app.options("/shapes", include_in_schema=False)
def shape_options() -> Response:
    return Response(status_code=204, headers={"Allow": "GET, POST, OPTIONS"})


@app.post("/votes", status_code=307, response_class=Response)
def vote() -> Response:
    return Response(status_code=307, headers={"Location": "/shapes"})


tokens: set[str] = set()


@app.put("/tokens/{name}", status_code=204)
def put_token(name: Annotated[str, Path(max_length=10)]) -> None:
    tokens.add(name)


@app.get("/tokens/{name}", responses={404: {"description": "There is no such token"}})
def get_token(name: Annotated[str, Path(max_length=10)]) -> dict[str, str]:
    if name not in tokens:
        raise HTTPException(404, "no such token")
    return {"token": name}
