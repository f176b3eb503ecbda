"""Records that checks are given, built from what matters."""

from __future__ import annotations

from typing import Any

from asgitest.conformance.operation import Content, Operation
from asgitest.conformance.operation import Response as Documented
from asgitest.conformance.records import Exchange, Request, Response


def exchange(
    status: int = 200,
    body: bytes = b"",
    *headers: tuple[str, str],
    method: str = "GET",
    sent: tuple[tuple[str, str], ...] = (),
    content: bytes = b"",
    **more: Any,
) -> Exchange:
    """One exchange; ``status=0`` for none that was answered."""
    wire = tuple((name.encode(), value.encode()) for name, value in headers)
    request = Request(
        method=method,
        target=b"/items",
        headers=tuple((name.encode(), value.encode()) for name, value in sent),
        body=content,
    )
    response = Response(status=status, headers=wire, body=body) if status else None
    return Exchange(request=request, response=response, **more)


def operation(responses: dict[str, Documented] | None = None, **more: Any) -> Operation:
    """An operation that documents some responses."""
    given: dict[str, Any] = {"method": "GET", "path": "/items", "responses": responses or {}, **more}
    return Operation(**given)


def documented(status: str, schema: dict[str, Any] | None = None, media_type: str = "application/json") -> Documented:
    """A documented response with one media type."""
    return Documented(status=status, content={media_type: Content(schema=schema)})


def raised(error: BaseException) -> BaseException:
    """An exception with a traceback."""
    try:
        raise error  # noqa: TRY301  to give it a traceback
    except BaseException as caught:  # noqa: BLE001  whatever it is
        return caught
