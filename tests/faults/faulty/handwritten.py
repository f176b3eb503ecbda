"""Operations whose schema is written by hand, beside the code that should enforce it."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import yaml
from fastapi import Depends, FastAPI, HTTPException, Request

app = FastAPI(title="Written by hand")
REFUSED = {400: {"description": "The request is not as documented"}}


def body_of(schema: dict[str, Any], media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema, **more}}}}


def query(name: str, schema: dict[str, Any], *, required: bool = False, place: str = "query") -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": place, "required": required, "schema": schema}]}


async def json_of(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(400)
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
    if not isinstance(body, dict):
        raise HTTPException(400)
    return body


Json = Annotated[dict[str, Any], Depends(json_of)]


def whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def refuse_unless(fits: bool) -> None:
    if not fits:
        raise HTTPException(400)


@app.post(
    "/orders",
    responses=REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["quantity"],
            "properties": {"quantity": {"type": "integer", "minimum": 1, "maximum": 100}},
        }
    ),
)
async def order(body: Json) -> dict[str, int]:
    quantity = body.get("quantity")
    refuse_unless(isinstance(quantity, int) and not isinstance(quantity, bool) and quantity >= 1)
    return {"quantity": 1}


@app.post(
    "/people",
    responses=REFUSED,
    openapi_extra=body_of(
        {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 10}}}
    ),
)
async def person(body: Json) -> dict[str, str]:
    name = body.get("name", "nobody")
    refuse_unless(isinstance(name, str) and len(name) <= 10)
    return {"hello": "you"}


@app.put(
    "/flags",
    responses=REFUSED,
    openapi_extra=body_of(
        {"type": "object", "additionalProperties": False, "properties": {"dark": {"type": "boolean"}}}
    ),
)
async def flags(body: Json) -> dict[str, bool]:
    refuse_unless(isinstance(body.get("dark", False), bool))
    return {"dark": bool(body.get("dark"))}


@app.post(
    "/plates",
    responses=REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["plate"],
            "properties": {"plate": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"}},
        }
    ),
)
async def plate(body: Json) -> dict[str, bool]:
    text = body.get("plate")
    refuse_unless(isinstance(text, str) and re.search("[A-Z]{2}-[0-9]{3}", text) is not None)
    return {"known": True}


@app.post(
    "/payments",
    responses=REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["currency"],
            "properties": {"currency": {"type": "string", "enum": ["EUR", "USD", "CHF"]}},
        }
    ),
)
async def payment(body: Json) -> dict[str, bool]:
    refuse_unless(isinstance(body.get("currency"), str))
    return {"paid": True}


@app.post(
    "/marks",
    responses=REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["marks"],
            "properties": {
                "marks": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 6}, "maxItems": 20}
            },
        }
    ),
)
async def marks(body: Json) -> dict[str, int]:
    given = body.get("marks")
    refuse_unless(isinstance(given, list) and len(given) <= 20)
    refuse_unless(all(whole(mark, 1, 6) for mark in given[:1]))
    return {"marks": len(given)}


@app.post(
    "/plans",
    responses=REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["seats"],
            "properties": {"seats": {"type": "integer", "minimum": 1, "maximum": 9}},
        },
        "application/yaml",
    ),
)
async def plan(request: Request) -> dict[str, int]:
    refuse_unless(request.headers.get("content-type", "").partition(";")[0].strip() == "application/yaml")
    try:
        body = yaml.safe_load(await request.body())
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise HTTPException(400) from error
    refuse_unless(isinstance(body, dict) and isinstance(body.get("seats"), int))
    return {"seats": 1}


@app.get(
    "/pages",
    responses=REFUSED,
    openapi_extra=query("size", {"type": "integer", "minimum": 1, "maximum": 50}, required=True),
)
def pages(request: Request) -> list[int]:
    size = request.query_params.get("size", "")
    refuse_unless(size.isascii() and size.isdecimal() and len(size) < 6)
    return list(range(min(int(size), 50)))


@app.get(
    "/reports", responses=REFUSED, openapi_extra=query("X-Tenant", {"type": "string"}, required=True, place="header")
)
def reports(request: Request) -> dict[str, str]:
    return {"tenant": "yours" if "x-tenant" in request.headers else "all"}


@app.get("/searches", responses=REFUSED, openapi_extra=query("term", {"type": "string", "minLength": 1}, required=True))
def searches(request: Request) -> dict[str, int]:
    return {"length": len(request.query_params.get("term", "everything"))}


@app.post(
    "/countries",
    responses={422: {"description": "The code is not as documented"}} | REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string", "pattern": "^[A-Za-z]{2}$"}},
        }
    ),
)
async def country(body: Json) -> dict[str, bool]:
    code = body.get("code")
    if not isinstance(code, str) or not re.fullmatch("[A-Z]{2}", code):
        raise HTTPException(422)
    return {"known": True}


@app.post(
    "/ages",
    responses={422: {"description": "The age is not as documented"}} | REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["age"],
            "properties": {"age": {"type": "integer", "minimum": 0, "maximum": 120}},
        }
    ),
)
async def age(body: Json) -> dict[str, bool]:
    if not whole(body.get("age"), 0, 119):
        raise HTTPException(422)
    return {"adult": body["age"] >= 18}


@app.post(
    "/phones",
    responses=REFUSED,
    openapi_extra=body_of(
        {
            "type": "object",
            "required": ["phone"],
            "properties": {"phone": {"type": "string", "pattern": "^[+][0-9 ]{6,20}$"}},
        },
        example={"phone": "+44 20 7946 0958"},
    ),
)
async def phone(body: Json) -> dict[str, bool]:
    text = body.get("phone")
    refuse_unless(isinstance(text, str) and re.fullmatch("[+][0-9]{6,20}", text) is not None)
    return {"reachable": True}


@app.get(
    "/drafts",
    responses=REFUSED,
    openapi_extra=query("session", {"type": "string", "minLength": 1}, required=True, place="cookie"),
)
def drafts(request: Request) -> list[str]:
    return []
