"""Responses that several operations share, as their OpenAPI documents them.

Guide: Additional Responses in OpenAPI.
"""

from __future__ import annotations

from typing import Any

Responses = dict[int | str, dict[str, Any]]

# Not `model=`: that would file the schema under the media type of the operation, which is HTML or CSV for some.
REFUSAL = {"$ref": "#/components/schemas/Refusal"}
EITHER = {"application/json": {"schema": REFUSAL}, "text/plain": {"schema": {"type": "string"}}}

# Sent by the middleware and by the reading of the body, so any operation can answer so.
EVERYWHERE: Responses = {
    400: {"description": "The host is not served here, or the request cannot be parsed", "content": EITHER},
    413: {"description": "The body is too large", "content": EITHER},
}


def refused(description: str, *, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """Document one refusal with a JSON body.

    Args:
        description: When it is given.
        headers: Names of its headers and their description objects.
    """
    response: dict[str, Any] = {"description": description, "content": {"application/json": {"schema": REFUSAL}}}
    if headers:
        response["headers"] = headers
    return response


def header(description: str, **schema: Any) -> dict[str, Any]:
    """Document one header that is always sent; *schema* defaults to a string."""
    return {"description": description, "required": True, "schema": schema or {"type": "string"}}


NOT_FOUND: Responses = {404: refused("There is no such thing")}
CONFLICT: Responses = {409: refused("The state of the shop does not allow it")}
UNAUTHENTICATED: Responses = {
    401: refused("Credentials are missing or wrong", headers={"WWW-Authenticate": header("What would be accepted")}),
}
FORBIDDEN: Responses = {403: refused("The credentials do not allow it")}
UNSUPPORTED_TYPE: Responses = {415: refused("The body has another content type than documented")}
