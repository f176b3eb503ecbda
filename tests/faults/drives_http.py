"""One driving request for each fault of the family `http`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "starlette-page-key-error": lambda h: h.get("/pages/none").status_code == 500,
    "starlette-json-unparsed": lambda h: h.post("/contact", content=b"x").status_code == 500,
    "starlette-query-number": lambda h: h.get("/archive?year=x").status_code == 500,
    "starlette-redirect-missing-page": lambda h: h.get("/home").status_code == 404,
    "starlette-int-converter-unbounded": lambda h: h.get("/days/7").status_code == 500,
    "starlette-endpoint-post-crash": lambda h: h.post("/forms", data={"a": "b"}).status_code == 500,
    "starlette-mounted-crash": lambda h: h.get("/api/v1/users/ann").status_code == 500,
    "starlette-etag-ignored": lambda h: h.get("/feed", headers={"if-none-match": '"7"'}).status_code == 200,
    "body-on-204": lambda h: h.raw("DELETE", "/drafts/1").body != b"",
    "length-in-characters": lambda h: int((r := h.raw("GET", "/poems")).header("content-length")) != len(r.body),
    "head-is-404": lambda h: h.head("/manuals/1").status_code == 404,
    "head-length-differs": lambda h: (
        h.head("/archives").headers["content-length"] != h.get("/archives").headers["content-length"]
    ),
    "bare-405": lambda h: h.put("/forms").status_code == 405 and "allow" not in h.put("/forms").headers,
    "bare-401": lambda h: "www-authenticate" not in h.get("/secrets").headers,
    "body-on-304": lambda h: h.raw("GET", "/logos", headers={"if-none-match": '"v1"'}).body != b"",
    "redirect-nowhere": lambda h: h.raw("GET", "/old").all("location") == [],
    "redirect-to-404": lambda h: h.get("/moved/1").status_code == 404,
    "redirect-circle": lambda h: (
        h.raw("GET", "/left").header("location") == "/right" and h.raw("GET", "/right").header("location") == "/left"
    ),
    "charset-lies": lambda h: b"\xfc" in h.raw("GET", "/letters").body,
    "etag-unquoted": lambda h: h.get("/tags").headers["etag"] == "abc123",
    "date-in-iso": lambda h: "T" in h.get("/news").headers["last-modified"].removesuffix("GMT"),
    "validator-ignored": lambda h: (
        h.get("/charts", headers={"if-none-match": h.get("/charts").headers["etag"]}).status_code == 200
    ),
    "content-range-wrong": lambda h: (
        len((r := h.get("/videos", headers={"range": "bytes=0-9"})).content) == 10
        and r.headers["content-range"] == "bytes 0-10/100"
    ),
    "language-without-vary": lambda h: (
        h.get("/welcome", headers={"accept-language": "de"}).text != h.get("/welcome").text
        and "vary" not in h.get("/welcome").headers
    ),
    "gzip-without-vary": lambda h: "vary" not in h.get("/tables").headers,
    "gzip-in-name-only": lambda h: (
        (r := h.raw("GET", "/dumps")).all("content-encoding") == ["gzip"] and r.body[:2] != b"\x1f\x8b"
    ),
    "crlf-in-header": lambda h: "\n" in h.raw("GET", "/go?to=a%0d%0aX:y").header("x-target"),
    "process-exits": lambda h: h.raises("POST", "/restarts?force=true"),
    "huge-token": lambda h: h.get("/tokens", headers={"x-token": "a" * 9000}).status_code == 500,
    "content-type-twice": lambda h: len(h.raw("GET", "/feeds").all("content-type")) == 2,
    "cookie-without-name": lambda h: h.raw("GET", "/cookies").header("set-cookie").startswith("="),
    "lock-never-released": lambda h: h.hangs("POST", "/exports/bad", before=("POST", "/exports/bad")),
    "refusal-handler-crashes": lambda h: h.get("/colours/blue").status_code == 500,
    "wrong-method-is-200": lambda h: h.delete("/sizes").status_code == 200,
    "options-allow-wrong": lambda h: h.options("/shapes").headers["allow"] == "GET",
    "redirect-after-post-keeps-method": lambda h: (
        h.raw("POST", "/votes").header("location") == "/votes" and h.raw("POST", "/votes").status == 307
    ),
}
