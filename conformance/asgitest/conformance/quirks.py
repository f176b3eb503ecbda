"""Traits of frameworks: what a check is right about, and what the author of an app did not decide.

A finding that is a trait becomes one note for the whole app instead of a failure for every operation, with the advice
that would remove it. ``--strict`` turns traits back into findings.

Each trait was measured on the framework's own example apps; the number of hits stands with it.

Depends on: the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from asgitest.conformance.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.conformance.model import Finding

__all__ = ["QUIRKS", "Quirk", "apply_quirk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One trait of a framework.

    Args:
        id: ``package.name``.
        title: What the framework does.
        advice: What the author of an app can do about it.
        checks: Ids of the checks that see it.
        measured: Where it was seen, and how often; empty when it was not measured.
    """

    id: str
    title: str
    advice: str
    checks: tuple[str, ...]
    measured: str = ""


_ALL = (
    Quirk(
        id="pydantic.lax-bool-number",
        title="pydantic takes true and false for numbers, and numbers and words for booleans",
        advice="Use strict types where it matters: Annotated[int, Strict()] or ConfigDict(strict=True).",
        checks=("openapi.negative-accepted",),
        measured="27 of 28 hits in 14 example apps of FastAPI",
    ),
    Quirk(
        id="pydantic.lax-str-number",
        title="pydantic takes numeric text for numbers",
        advice="Use strict types where it matters: Annotated[int, Strict()] or ConfigDict(strict=True).",
        checks=("openapi.negative-accepted",),
    ),
    Quirk(
        id="pydantic.date-from-int",
        title="pydantic takes numbers for dates, times and durations",
        advice="Use strict types where it matters: Annotated[date, Strict()].",
        checks=("openapi.negative-accepted",),
    ),
    Quirk(
        id="pydantic.lax-format",
        title="pydantic takes more than RFC 3339 for date-time and time: a space for T, no seconds, no offset",
        advice="Use AwareDatetime, or a pattern, where the exact form matters.",
        checks=("openapi.negative-accepted",),
    ),
    Quirk(
        id="pydantic.naive-datetime",
        title="pydantic writes times without an offset as date-time, which RFC 3339 does not allow",
        advice="Use AwareDatetime and datetime.now(UTC), so that clients in other time zones read the same moment.",
        checks=("openapi.body-schema",),
    ),
    Quirk(
        id="pydantic.decimal-text",
        title="pydantic describes a Decimal as any text, and refuses text that is no number",
        advice="Describe it: Annotated[Decimal, WithJsonSchema({'type': 'string', 'pattern': ...})].",
        checks=("openapi.positive-rejected", "openapi.example-fails"),
    ),
    Quirk(
        id="pydantic.date-edge",
        title="pydantic refuses some dates and times that RFC 3339 allows: leap seconds, the year 0",
        advice="Nothing: no client sends them.",
        checks=("openapi.positive-rejected", "openapi.example-fails"),
    ),
    Quirk(
        id="pydantic.set-dedup",
        title="pydantic drops duplicates where the schema says uniqueItems",
        advice="Use a list with a validator where duplicates must be refused.",
        checks=("openapi.negative-accepted",),
        measured="1 of 28 hits in 14 example apps of FastAPI",
    ),
    Quirk(
        id="fastapi.security-undocumented",
        title="FastAPI does not document the 401 and 403 of its own security schemes",
        advice="Document them once: FastAPI(responses={401: {'description': 'Not authenticated'}}).",
        checks=("openapi.status-undocumented",),
    ),
    Quirk(
        id="fastapi.websocket-close-reason",
        title="FastAPI refuses a WebSocket with a list as the reason, which no server can send",
        advice="Handle it: @app.exception_handler(WebSocketRequestValidationError), and close with a text.",
        checks=("websocket.close-code",),
    ),
    Quirk(
        id="fastapi.body-parse-400",
        title="FastAPI answers 400 to a body it cannot read, and documents only 422",
        advice="Document it: FastAPI(responses={400: {'description': 'The body cannot be read'}}).",
        checks=("openapi.status-undocumented",),
        measured="48 hits in 235 example apps of FastAPI",
    ),
    Quirk(
        id="fastapi.response-class-undocumented",
        title="FastAPI documents application/json although the endpoint returns a response object of another kind",
        advice="Say it in the decorator: response_class=..., or responses={200: {'content': ...}}.",
        checks=("openapi.content-type",),
        measured="7 hits in 235 example apps of FastAPI",
    ),
    Quirk(
        id="fastapi.query-extra-ignored",
        title="FastAPI ignores query parameters, headers and cookies the schema does not have",
        advice="Use a parameter model with extra='forbid' where unknown names must be refused.",
        checks=("openapi.negative-accepted",),
    ),
    Quirk(
        id="starlette.allow-first-route",
        title="Starlette's Allow names the methods of the first route with that path only",
        advice="Register the methods of a path in one route, or as one HTTPEndpoint.",
        checks=("http.method-405-has-allow", "http.options-allow"),
        measured="15 hits in 235 example apps of FastAPI",
    ),
    Quirk(
        id="starlette.head-body",
        title="Starlette sends the body with HEAD and leaves it to the server to drop it",
        advice="Nothing: all servers drop it.",
        checks=("http.head-parity", "asgi.http-028"),
        measured="more than 30 hits in 235 example apps of FastAPI",
    ),
    Quirk(
        id="fastapi.head-405",
        title="FastAPI answers HEAD with 405 where only GET is declared",
        advice="Declare both: @app.api_route(path, methods=['GET', 'HEAD']).",
        checks=("http.head-parity",),
    ),
    Quirk(
        id="litestar.head-405",
        title="Litestar answers HEAD with 405 where only GET is declared",
        advice="Declare both: @route(path, http_method=['GET', 'HEAD']), or @head beside @get.",
        checks=("http.head-parity",),
        measured="on every GET of the example apps of Litestar",
    ),
    Quirk(
        id="litestar.error-media-type",
        title="Litestar labels its JSON errors with the media type of the handler, and documents application/json",
        advice="Give the handler's errors a handler of their own, or let it return JSON.",
        checks=("openapi.content-type",),
        measured="2 example apps of Litestar",
    ),
    Quirk(
        id="litestar.close-code-echoed",
        title="Litestar closes a WebSocket whose client was lost with 1005 or 1006, which no endpoint may send",
        advice="Nothing: nobody is there to read it. Catch WebSocketDisconnect where the server logs an error.",
        checks=("websocket.close-code",),
    ),
    Quirk(
        id="pydantic.float-infinity",
        title="pydantic takes infinity and NaN for a float, and the JSON of a response cannot hold them",
        advice="Refuse them: Annotated[float, Field(allow_inf_nan=False)].",
        checks=("http.unhandled-exception",),
    ),
    Quirk(
        id="fastapi.lone-surrogate",
        title="JSON may hold half of a surrogate pair, which text that is sent back as UTF-8 may not",
        advice="Refuse such text in a validator where it matters; the client gets a bare 500 otherwise.",
        checks=("http.unhandled-exception",),
        measured="reported 10 to 17 times by other tools on one app",
    ),
    Quirk(
        id="fastapi.deep-json",
        title="JSON nested some thousand levels deep ends in RecursionError while it is parsed",
        advice="Limit the size of request bodies in front of the app.",
        checks=("http.unhandled-exception",),
    ),
)

QUIRKS: Mapping[str, Quirk] = MappingProxyType({quirk.id: quirk for quirk in _ALL})
"""All traits by id."""


def apply_quirk(finding: Finding, quirk_id: str) -> Finding:
    """Turn a finding into the note about a trait.

    Args:
        finding: What a check saw.
        quirk_id: The trait it was recognised as.

    Raises:
        KeyError: If there is no such trait.
    """
    quirk = QUIRKS[quirk_id]
    return finding.model_copy(
        update={
            "quirk": quirk.id,
            "severity": "info",
            "origin": "framework",
            "title": quirk.title,
            "fingerprint": fingerprint(finding.check, "quirk", quirk.id),
        }
    )
