"""Family ``openapi``, the response: status, media type, headers and body against the document.

Source: OpenAPI 3.1, Responses Object and below. Depends on: operations, the records, compiled validators.
"""

from __future__ import annotations

import contextlib
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.validators import lenient_validator_of, validator_of
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.operation import Content, Operation
    from asgitest.conformance.operation import Response as Documented
    from asgitest.conformance.records import Exchange, Response

__all__ = ["check_response", "documented_response"]

_SERVER_ERROR = 500
_NOT_ALLOWED = 405
_UNAUTHENTICATED = frozenset({401, 403})
_UNREADABLE = b"error parsing the body"
_UNREADABLE_FORM = re.compile(
    rb'\{"detail":"(?:Missing boundary|Invalid multipart|Too many f|Field exceeded|Part exceeded|Did not find'
    rb"|Expected boundary|Found invalid character|Found 0-length|The Content-Disposition header field)[^{}]*\}"
)
_ERROR_OF_LITESTAR = b'{"status_code":'
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json|text/json")
_LONGEST = 200
_NO_BODY = frozenset({204, 304})
_WRITE_ONLY: dict[int, tuple[Any, frozenset[str]]] = {}


def documented_response(operation: Operation, status: int) -> Documented | None:
    """Find what the document says about a status: exactly, by its class, or by default."""
    responses = operation.responses
    return responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")


def check_response(operation: Operation, exchange: Exchange, *, framework: str = "") -> Iterator[Violation]:
    """Compare a response with what its operation documents.

    Args:
        operation: What was called.
        exchange: What came of it.
        framework: Name of the adapter; traits of frameworks are told apart by it.
    """
    response = exchange.response
    if response is None or not operation.documented or not operation.responses or response.status >= _SERVER_ERROR:
        return
    documented = documented_response(operation, response.status)
    if documented is None:
        if response.status == _NOT_ALLOWED and operation.parameters_in("path"):
            return  # the value of a parameter has led to another route
        yield _undocumented(operation, exchange, framework)
        return
    if documented.headers:
        yield from _check_headers(documented, response)
    if response.truncated or not response.complete or exchange.request.method == "HEAD":
        return
    if response.status not in _NO_BODY and documented.content:
        yield from _check_content(documented.content, response, framework)


def _undocumented(operation: Operation, exchange: Exchange, framework: str) -> Violation:
    status = exchange.status
    known = ", ".join(operation.responses)
    return Violation(
        check="openapi.status-undocumented",
        message=f"{exchange.request.method} was answered with {status}; documented are {known}.",
        cause=(str(status),),
        expected=f"One of {known}.",
        actual=str(status),
        quirk=_trait_of_refusal(operation, exchange) if framework == "fastapi" else None,
        assertion=f"assert response.status_code != {status}",
    )


def _trait_of_refusal(operation: Operation, exchange: Exchange) -> str | None:
    """Recognise an answer that FastAPI gives by itself and never documents."""
    if exchange.status in _UNAUTHENTICATED and operation.security:
        return "fastapi.security-undocumented"
    body = exchange.response.body if exchange.response is not None else b""
    if exchange.status == 400 and (_UNREADABLE in body or _UNREADABLE_FORM.fullmatch(body)):  # noqa: PLR2004  Bad Request
        return "fastapi.body-parse-400"
    return None


def _check_headers(documented: Documented, response: Response) -> Iterator[Violation]:
    for name, header in documented.headers.items():
        if name in {"content-type", "authorization", "accept"}:
            continue
        value = response.header(name.encode("latin-1", "replace"))
        if value is None:
            if header.required:
                yield Violation(
                    check="openapi.header-missing",
                    message=f"The response {response.status} has no {header.name}, which the schema requires.",
                    cause=(name,),
                    expected=f"A header {header.name}.",
                    actual="None.",
                    assertion=f"assert {name!r} in response.headers",
                )
        elif header.schema and not _header_fits(value.decode("latin-1"), header.schema):
            yield Violation(
                check="openapi.header-invalid",
                message=f"{header.name}: {value.decode('latin-1')} breaks its schema {_short(header.schema)}.",
                cause=(name,),
                expected=_short(header.schema),
                actual=value.decode("latin-1"),
                assertion=f"assert response.headers.get({name!r}) != {value.decode('latin-1')!r}",
            )


def _header_fits(text: str, schema: dict[str, Any]) -> bool:
    """Tell whether a header's text is valid in any reading."""
    valid = validator_of(schema).is_valid
    if valid(text):
        return True
    readings: list[Any] = [text.split(","), [part.strip() for part in text.split(",")]]
    with contextlib.suppress(ValueError):
        readings.append(json.loads(text))
    return any(valid(reading) for reading in readings)


def _matching(content: Mapping[str, Content], media_type: str) -> Content | None:
    """Find the documented media type, ranges included."""
    if media_type in content:
        return content[media_type]
    for name, described in content.items():
        wanted = name.partition(";")[0].strip().lower()
        if wanted in {media_type, "*/*"} or (
            wanted.endswith("/*") and media_type.partition("/")[0] == wanted.partition("/")[0]
        ):
            return described
    return None


def _check_content(content: Mapping[str, Content], response: Response, framework: str) -> Iterator[Violation]:
    media_type = response.media_type
    described = _matching(content, media_type) if media_type else None
    if described is None:
        if response.body or response.status == 200:  # noqa: PLR2004  a documented body that is not there
            yield _other_media_type(content, response, framework)
        return
    if described.schema is not None and _JSON.fullmatch(media_type):
        yield from _check_body(described.schema, response, framework)


def _other_media_type(content: Mapping[str, Content], response: Response, framework: str) -> Violation:
    """Report a media type that is not documented; one nobody chose is a trait of the framework."""
    known = ", ".join(content)
    seen = response.media_type or "none"
    return Violation(
        check="openapi.content-type",
        message=f"The response {response.status} has the media type {seen}; documented is {known}.",
        cause=(str(response.status), seen),
        expected=known,
        actual=seen,
        quirk=_media_type_trait(content, response, framework),
        assertion=f"assert not response.headers.get('content-type', '').startswith({response.media_type!r})"
        if response.media_type
        else "assert 'content-type' in response.headers",
    )


def _media_type_trait(content: Mapping[str, Content], response: Response, framework: str) -> str | None:
    """Recognise a media type that a framework has chosen, and not the app."""
    if set(content) != {"application/json"}:
        return None
    if framework == "fastapi" and not _says_anything(content["application/json"].schema):
        return "fastapi.response-class-undocumented"
    if framework == "litestar" and response.status >= 400 and response.body.startswith(_ERROR_OF_LITESTAR):  # noqa: PLR2004  errors
        return "litestar.error-media-type"
    return None


def _says_anything(schema: dict[str, Any] | None) -> bool:
    return schema is not None and not schema.keys() <= {"title", "description"}


def _check_body(schema: dict[str, Any], response: Response, framework: str) -> Iterator[Violation]:
    content = _decoded(response)
    if content is None:
        return
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        yield Violation(
            check="openapi.body-schema",
            message=f"The response {response.status} says it is JSON and is not: {_shown(response.body)}",
            cause=("not JSON",),
            expected="A JSON document.",
            actual=_shown(response.body),
            assertion="response.json()",
        )
        return
    names = _write_only_names(schema)
    if names:
        yield from _check_write_only(names, value)
    validator = validator_of(schema)
    if validator.is_valid(value):
        return
    error = validator.first_error(value)
    if error is None:
        return
    message, keyword_path, instance_path = error
    naive = bool(framework) and lenient_validator_of(schema).is_valid(value)
    place = "".join(f"/{part}" for part in instance_path) or "the whole body"
    yield Violation(
        check="openapi.body-schema",
        message=f"The body of the response {response.status} breaks its schema at {place}: {message}",
        expected=f"{'/'.join(str(part) for part in keyword_path)} of the schema holds.",
        actual=_shown(response.body),
        keyword_path=(str(response.status), *keyword_path),
        instance_path=instance_path,
        quirk="pydantic.naive-datetime" if naive else None,
        assertion=_body_assertion(instance_path, value),
    )


def _decoded(response: Response) -> bytes | None:
    """The body without its content coding; None when it cannot be told."""
    codings = response.header(b"content-encoding")
    if codings is None or codings.strip().lower() == b"identity":
        return response.body
    if codings.strip().lower() not in {b"gzip", b"x-gzip"}:
        return None
    try:
        return zlib.decompress(response.body, wbits=31)
    except zlib.error:
        return None


def _write_only_names(schema: dict[str, Any]) -> frozenset[str]:
    """The names of write-only properties anywhere in a schema; looked for once."""
    known = _WRITE_ONLY.get(id(schema))
    if known is None:
        known = _WRITE_ONLY[id(schema)] = (schema, frozenset(_write_only(schema)))
    return known[1]


def _check_write_only(names: frozenset[str], value: Any) -> Iterator[Violation]:
    """See whether a response has a property that only requests may have."""
    for name in sorted(names):
        if _holds(value, name):
            yield Violation(
                check="openapi.write-only-leaked",
                message=f"The response has {name!r}, which is write-only.",
                cause=(name,),
                expected=f"No {name!r}.",
                actual=name,
                assertion=f"assert {name!r} not in response.text",
            )


def _write_only(schema: Any) -> Iterator[str]:
    """List the names of write-only properties anywhere in a schema."""
    if is_object(schema):
        properties = schema.get("properties")
        if is_object(properties):
            yield from (name for name, one in properties.items() if is_object(one) and one.get("writeOnly") is True)
        for one in schema.values():
            yield from _write_only(one)
    elif is_array(schema):
        for one in schema:
            yield from _write_only(one)


def _holds(value: Any, name: str) -> bool:
    """Whether a property of that name stands anywhere in a value, with something other than stars in it."""
    if is_object(value):
        own = value.get(name)
        shown = own is not None and not (isinstance(own, str) and set(own) <= {"*"})
        return shown or any(_holds(item, name) for item in value.values())
    return is_array(value) and any(_holds(item, name) for item in value)


def _body_assertion(path: tuple[str | int, ...], value: Any) -> str:
    """Write a statement that fails while the value is there."""
    for part in path:
        value = value[part]
    place = "".join(f"[{part!r}]" for part in path)
    text = repr(value)
    if len(text) > _LONGEST or not text.isprintable():
        return f"assert False, 'the body breaks its schema at {place or 'its root'}'"
    return f"assert response.json(){place} != {text}"


def _shown(body: bytes) -> str:
    text = body[: _LONGEST + 1].decode("utf-8", "replace")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _short(schema: Any) -> str:
    text = json.dumps(schema, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
