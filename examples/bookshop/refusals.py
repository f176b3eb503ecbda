"""How requests are refused: never with the input echoed back, and with every method of a path in ``Allow``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import compile_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI, Request, Response, WebSocket


def printable(part: Any) -> Any:
    """Make a piece of the input fit for JSON: lone surrogates have no encoding."""
    return part.encode("utf-8", "replace").decode() if isinstance(part, str) else part


def readable(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Keep of each error its place, its text and its type: the input itself may be bytes, NaN or a secret."""
    return [
        {"loc": [printable(part) for part in error["loc"]], "msg": printable(error["msg"]), "type": error["type"]}
        for error in errors
    ]


async def refuse_invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse({"detail": readable(error.errors())}, status_code=422)


async def refuse_invalid_socket(websocket: WebSocket, _error: WebSocketRequestValidationError) -> None:
    await websocket.close(1008, "The path or the query is not valid")


def methods_of(app: FastAPI, path: str) -> set[str]:
    """Give the methods that *path* has in the schema of *app*, over all of its routes."""
    return {
        method.upper()
        for template, operations in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    }


async def refuse(request: Request, error: StarletteHTTPException) -> Response:
    """Answer as FastAPI does; a 405 names the methods of all routes of the path, not only of the first."""
    headers = dict(error.headers or {})
    if error.status_code == 405:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        allowed = methods_of(request.app, path) | {name for name in headers.get("Allow", "").split(", ") if name}
        headers["Allow"] = ", ".join(sorted(allowed))
    refusal = StarletteHTTPException(error.status_code, error.detail, headers or None)
    return await http_exception_handler(request, refusal)


def add_refusals(app: FastAPI) -> None:
    """Register the handlers of this module with *app*."""
    app.add_exception_handler(RequestValidationError, refuse_invalid)  # type: ignore[arg-type] # of a subclass
    app.add_exception_handler(WebSocketRequestValidationError, refuse_invalid_socket)  # type: ignore[arg-type] # likewise
    app.add_exception_handler(StarletteHTTPException, refuse)  # type: ignore[arg-type] # of a subclass
