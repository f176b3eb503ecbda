"""How a request used each parameter of its operation: left out, as documented, or against the document.

Invalid means that an app which coerces as generously as frameworks do must refuse the value; whatever may be taken is
valid. A parameter of which no value can be wrong, such as a string without constraints, is not expected to be tested
with an invalid one.

Source: OpenAPI 3.1.1, Parameter Object. Depends on: operations, leniency.
"""

from __future__ import annotations

import json
import urllib.parse
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Literal, cast

from asgitest.conformance.generate.leniency import may_accept
from asgitest.conformance.generate.merging import types_of
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.operation import Body, Operation, Parameter, Schema

__all__ = ["Use", "detail_of", "expected_uses", "media_type_of", "uses_of"]

Use = Literal["absent", "valid", "invalid"]

# Texts of which most schemas refuse at least one.
_HOSTILE_SEGMENTS = ("not a value \N{SNOWMAN}", "-1e300", "-1", "1e300")
_HOSTILE = (*_HOSTILE_SEGMENTS, "", "x" * 9000)
_EXCERPT_BYTES = 65_536


def detail_of(location: str, name: str, use: Use) -> str:
    """How a goal says it: ``query limit invalid``."""
    return f"{location} {name} {use}"


def expected_uses(parameter: Parameter) -> Iterator[Use]:
    """The ways in which tests should use a parameter."""
    if parameter.location != "path":
        yield "absent"
    yield "valid"
    definitions = cast("Mapping[str, Any]", parameter.schema.get("$defs", {}))
    hostile = _HOSTILE if parameter.location != "path" else _HOSTILE_SEGMENTS
    if parameter.documented and any(not may_accept(parameter.schema, text, definitions, text=True) for text in hostile):
        yield "invalid"


def uses_of(operation: Operation, scope: Mapping[str, Any], body: bytes) -> Iterator[str]:
    """The details of the goals that one request reaches.

    Args:
        operation: What was called.
        scope: As the app has left it.
        body: The beginning of the request body.
    """
    sent = _Sent(scope)
    for parameter in operation.parameters:
        if parameter.location == "querystring":
            continue
        value = sent.value(parameter)
        yield detail_of(parameter.location, parameter.name, _use(parameter.schema, value))
    if operation.bodies:
        use = _use_of_body(operation, scope, body)
        if use is not None:
            yield detail_of("body", "json", use)


def media_type_of(headers: object, name: bytes = b"content-type") -> str:
    """The media type in the headers of a scope or of a response, without parameters; empty if there is none."""
    for key, value in cast("list[tuple[bytes, bytes]]", headers):
        if bytes(key).lower() == name:
            return bytes(value).partition(b";")[0].strip().decode("latin-1").lower()
    return ""


class _Sent:
    """The parameters of one request, as text.

    Args:
        scope: Of the request.
    """

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._path: dict[str, Any] = dict(scope.get("path_params") or {})
        query = bytes(scope.get("query_string", b"")).decode("latin-1")
        self._query = urllib.parse.parse_qs(query, keep_blank_values=True)
        self._headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            self._headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    def value(self, parameter: Parameter) -> Any:
        """The value as the app gets it: text, a list or an object of text, or ABSENT."""
        name = parameter.name
        if parameter.location == "path":
            return str(self._path[name]) if name in self._path else ABSENT
        if parameter.location == "cookie":
            return self._cookies().get(name, ABSENT)
        values = self._headers.get(name.lower()) if parameter.location == "header" else self._query.get(name)
        kinds = types_of(parameter.schema)
        if parameter.style == "deepObject" or (kinds == ("object",) and not values):
            return self._members(name)
        if not values:
            return ABSENT
        return values if "array" in _kinds_below(parameter.schema) else values[-1]

    def _members(self, name: str) -> Any:
        """An object that is written as ``name[member]=value``."""
        members = {
            key[len(name) + 1 : -1]: values[-1]
            for key, values in self._query.items()
            if key.startswith(f"{name}[") and key.endswith("]")
        }
        return members or ABSENT

    def _cookies(self) -> dict[str, str]:
        """The cookies of all ``Cookie`` headers."""
        found: dict[str, str] = {}
        for header in self._headers.get("cookie", ()):
            try:
                found.update({name: morsel.value for name, morsel in SimpleCookie(header).items()})
            except CookieError:
                continue
        return found


def _kinds_below(schema: Schema) -> set[str]:
    """The types that a schema and its alternatives allow."""
    kinds = {str(kind) for kind in types_of(schema)}
    for keyword in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(keyword, ()):
            if isinstance(branch, dict):
                kinds |= _kinds_below(cast("Schema", branch))
    return kinds


def _use(schema: Schema, value: Any, *, text: bool = True) -> Use:
    """Say how a value uses a schema."""
    if value is ABSENT:
        return "absent"
    definitions = cast("Mapping[str, Any]", schema.get("$defs", {}))
    return "valid" if may_accept(schema, value, definitions, text=text) else "invalid"


def _use_of_body(operation: Operation, scope: Mapping[str, Any], content: bytes) -> Use | None:
    """Say how a JSON body uses its schema; None for any other body, and for one that was not kept whole."""
    body = next((one for one in operation.bodies if _is_json(one)), None)
    if body is None or len(content) >= _EXCERPT_BYTES:
        return None
    if not content:
        return "absent"
    if not media_type_of(scope["headers"]).endswith("json"):
        return None
    try:
        value = json.loads(content)
    except ValueError:
        return "invalid"
    return _use(body.schema, value, text=False)


def _is_json(body: Body) -> bool:
    return body.media_type.partition(";")[0].strip().endswith("json")
