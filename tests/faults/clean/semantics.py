"""A small site with pages, downloads, redirects and caches."""

from __future__ import annotations

import asyncio
import gzip
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

app = FastAPI(title="Site")

TEXT = {200: {"content": {"text/plain": {}}}}
PLAIN: dict[str, Any] = {"response_class": PlainTextResponse}


@app.delete("/drafts/{number}", status_code=204, response_class=Response)
def drop_draft(number: int) -> Response:
    return Response(status_code=204)


@app.get("/poems", **PLAIN)
def poem() -> Response:
    text = "Über allen Gipfeln ist Ruh"
    return Response(text.encode(), media_type="text/plain", headers={"Content-Length": str(len(text.encode()))})


@app.get("/manuals/{number}", **PLAIN)
def manual(number: Annotated[int, Path(ge=1, le=3)]) -> str:
    return f"Manual {number}"


@app.head("/manuals/{number}", include_in_schema=False)
def manual_head(number: Annotated[int, Path(ge=1, le=3)]) -> Response:
    return PlainTextResponse(f"Manual {number}")


@app.get("/archives", **PLAIN)
def archive() -> str:
    return "a" * 100


@app.head("/archives", include_in_schema=False)
def archive_head() -> Response:
    return Response(headers={"content-length": "100", "content-type": "text/plain; charset=utf-8"})


@app.api_route("/forms", methods=["GET", "PUT", "PATCH"], include_in_schema=False, **PLAIN)
@app.post("/forms", **PLAIN)
def form(request: Request) -> Response:
    if request.method in ("GET", "POST"):
        return PlainTextResponse("thanks")
    return PlainTextResponse("no", 405, headers={"Allow": "GET, POST"})


@app.get("/secrets", responses={401: {"description": "Who are you?"}})
def secret(authorization: Annotated[str | None, Header()] = None) -> dict[str, str]:
    if authorization != "Bearer letmein":
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return {"secret": "none"}


@app.get(
    "/logos", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}, 304: {"description": ""}}
)
def logo(if_none_match: Annotated[str | None, Header()] = None) -> Response:
    picture = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    if if_none_match and ('"v1"' in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers={"ETag": '"v1"'})
    return Response(picture, media_type="image/svg+xml", headers={"ETag": '"v1"'})


@app.get("/old", status_code=302, response_class=Response)
def old() -> Response:
    return RedirectResponse("/poems", 302)


@app.get("/moved/{number}", status_code=307, response_class=RedirectResponse)
def moved(number: Annotated[int, Path(ge=1, le=3)]) -> str:
    return f"/manuals/{number}"


@app.get("/left", status_code=307, response_class=RedirectResponse)
def left() -> str:
    return "/right"


@app.get("/right", status_code=307, response_class=RedirectResponse)
def right() -> str:
    return "/poems"


@app.get("/letters", **PLAIN)
def letter() -> Response:
    return Response("Grüße".encode(), headers={"content-type": "text/plain; charset=utf-8"})


@app.get("/tags", responses={304: {"description": "The same"}})
def tags(response: Response, if_none_match: Annotated[str | None, Header()] = None) -> Any:
    response.headers["ETag"] = '"abc123"'
    if if_none_match and ('"abc123"' in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers={"ETag": '"abc123"'})
    return ["a"]


@app.get("/news", responses={304: {"description": "The same"}})
def news(response: Response, if_modified_since: Annotated[str | None, Header()] = None) -> Any:
    changed = "Sat, 03 Feb 2024 10:00:00 GMT"
    if if_modified_since == changed:
        return Response(status_code=304, headers={"Last-Modified": changed})
    response.headers["Last-Modified"] = changed
    return []


@app.get("/charts", responses={304: {"description": "The same"}})
def chart(response: Response, if_none_match: Annotated[str | None, Header()] = None) -> Any:
    if if_none_match and ('"chart-7"' in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers={"ETag": '"chart-7"'})
    response.headers["ETag"] = '"chart-7"'
    return [1, 2, 3]


@app.get(
    "/videos",
    response_class=Response,
    responses={200: {"content": {"video/mp4": {}}}, 206: {"content": {"video/mp4": {}}, "description": ""}},
)
def video(range_: Annotated[str | None, Header(alias="Range")] = None) -> Response:
    content = bytes(100)
    if range_ == "bytes=0-9":
        headers = {"Content-Range": "bytes 0-9/100"}
        return Response(content[:10], 206, media_type="video/mp4", headers=headers)
    return Response(content, media_type="video/mp4", headers={"Accept-Ranges": "bytes"})


@app.get("/welcome", **PLAIN)
def welcome(accept_language: Annotated[str | None, Header()] = None) -> Response:
    text = "Willkommen" if (accept_language or "").startswith("de") else "Welcome"
    return PlainTextResponse(text, headers={"Vary": "Accept-Language"})


@app.get("/tables", **PLAIN)
def table(accept_encoding: Annotated[str | None, Header()] = None) -> Response:
    text = b"1,2,3\n" * 200
    headers = {"Vary": "Accept-Encoding"}
    if accept_encoding and "gzip" in accept_encoding and "gzip;q=0" not in accept_encoding.replace(" ", ""):
        text, headers = gzip.compress(text, mtime=0), headers | {"Content-Encoding": "gzip"}
    return Response(text, media_type="text/plain", headers=headers)


@app.get("/dumps", **PLAIN)
def dump() -> Response:
    text = b"id;name\n" * 50
    return Response(text, media_type="text/plain")


@app.get("/go")
def go(response: Response, to: Annotated[str, Query(pattern=r"^[\x00-\x7f]{1,40}$")]) -> dict[str, str]:
    response.headers["X-Target"] = "".join(character for character in to if character.isalnum())
    return {}


@app.post("/restarts", status_code=202)
async def restart(force: bool = False) -> dict[str, bool]:
    return {"restarting": force}


@app.get("/tokens")
def token(x_token: Annotated[str, Header()] = "") -> dict[str, int]:
    return {"length": len(x_token)}


@app.get("/feeds")
def feed() -> Response:
    response = Response("{}", media_type="application/json")
    response.headers["x-kind"] = "feed"
    return response


@app.get("/cookies")
def cookie(response: Response, theme: Annotated[str, Query(pattern="^(dark|light)$")] = "dark") -> dict[str, str]:
    response.headers["Set-Cookie"] = f"theme={theme}; Path=/; Secure; HttpOnly; SameSite=Lax"
    return {"theme": theme}


class Slot:
    def __init__(self) -> None:
        self.taken = asyncio.Lock()


slot = Slot()


@app.post("/exports/{name}", responses={400: {"description": "There is no such export"}})
async def export(name: str) -> dict[str, str]:
    async with slot.taken:
        if name not in ("sales", "stock"):
            raise HTTPException(400)
        return {"export": name}
