"""Values as they are written on the wire: parameters in their styles, bodies in their media types.

Source: OpenAPI 3.1.1, Parameter Object (style values) and Media Type Object; RFC 3986, RFC 6570; RFC 7578.
Depends on: the values of an operation.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asgitest.conformance.operation import Body, Encoding, Parameter

__all__ = [
    "BOUNDARY",
    "cookie_text",
    "essence",
    "header_text",
    "is_form",
    "is_json",
    "is_multipart",
    "path_text",
    "query_pairs",
    "scalar_text",
    "write_body",
    "write_query",
]

BOUNDARY = "asgitest-boundary-5f1c"

_PATH_SAFE = "!$&'()*+;=:@~"
_RESERVED = ":/?[]@!$'()*,;"
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_DOTS = {".": "%2E", "..": "%2E%2E"}
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def essence(media_type: str) -> str:
    """A media type without parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON or ends in ``+json``, or is a range that JSON is in."""
    name = essence(media_type)
    return name.endswith(("/json", "+json")) or name in {"*/*", "application/*"}


def is_form(media_type: str) -> bool:
    """Whether it is a URL-encoded form."""
    return essence(media_type) == "application/x-www-form-urlencoded"


def is_multipart(media_type: str) -> bool:
    """Whether it has parts."""
    return essence(media_type).startswith("multipart/")


def scalar_text(value: Any) -> str:  # noqa: PLR0911  one line for each type
    """Write one value that is neither array nor object; those are written as JSON."""
    match value:
        case str():
            return value
        case True:
            return "true"
        case False:
            return "false"
        case None:
            return ""
        case float():
            return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004  repr() writes exponents beyond
        case list() | dict():
            return _encode_json(value)
        case _:
            return str(cast("object", value))


def path_text(parameter: Parameter, value: Any) -> str:
    """Write a path parameter, percent-encoded.

    A value that would be a dot segment is encoded, so that no client in between takes it away.
    """
    if parameter.content_type is not None:
        return _quoted(_encode_json(value))
    if parameter.style == "simple" and not isinstance(value, list | dict):
        return _quoted(scalar_text(value))
    return _expand(parameter, value, _quoted)


def header_text(parameter: Parameter, value: Any) -> str:
    """Write a header parameter."""
    if parameter.content_type is not None:
        return _encode_json(value)
    return _simple(value, explode=parameter.explode, write=scalar_text)


def cookie_text(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    """Write a cookie parameter: names and values."""
    return [(name, quote(text, safe=_PATH_SAFE.replace(";", ""))) for name, text in query_pairs(parameter, value)]


def query_pairs(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    """Write a query parameter: names and values before percent-encoding."""
    name = parameter.name
    if parameter.content_type is not None:
        return [(name, _encode_json(value))]
    if is_array(value):
        return _array_pairs(name, value, parameter)
    if is_object(value):
        return _object_pairs(name, value, parameter)
    return [(name, scalar_text(value))]


def write_query(pairs: Iterable[tuple[str, str]], *, reserved: frozenset[str] = frozenset()) -> str:
    """Percent-encode pairs; the values of names in *reserved* keep their reserved characters."""
    return "&".join(
        f"{quote(name, safe='[]$', errors='surrogatepass')}="
        f"{quote(value, safe=_RESERVED if name in reserved else '', errors='surrogatepass')}"
        for name, value in pairs
    )


def write_body(body: Body, value: Any) -> tuple[bytes, str]:
    """Write a request body.

    Args:
        body: The documented media type.
        value: A JSON value; bytes are sent as they are.

    Returns:
        The bytes and the value of ``Content-Type``.
    """
    media_type = body.media_type
    if value is ABSENT:
        return b"", ""
    if is_json(media_type):
        name = media_type if "*" not in media_type else "application/json"
        return _encode_json(value).encode("utf-8", "surrogatepass"), name
    if is_form(media_type):
        return _write_form(value, body.encoding), media_type
    if is_multipart(media_type):
        return _write_multipart(value, body.encoding), f"{essence(media_type)}; boundary={BOUNDARY}"
    if isinstance(value, bytes):
        return value, media_type if "*" not in media_type else "application/octet-stream"
    return _write_other(value, essence(media_type)), media_type if "*" not in media_type else "text/plain"


def _write_other(value: Any, name: str) -> bytes:
    """Write text, YAML, sequences of JSON, or JSON for want of better."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if is_array(value) and name in {"application/jsonl", "application/x-ndjson", "application/json-lines"}:
        return "".join(f"{_encode_json(item)}\n" for item in value).encode("utf-8", "surrogatepass")
    # Every JSON text is YAML, and a reader of YAML cannot tell.
    return _encode_json(value).encode("utf-8", "surrogatepass")


def _quoted(text: str) -> str:
    """Percent-encode one path segment."""
    return _DOTS.get(text) or quote(text, safe=_PATH_SAFE, errors="surrogatepass")


def _expand(parameter: Parameter, value: Any, write: Callable[[str], str]) -> str:
    """Write a path parameter in the styles of RFC 6570."""

    def scalar(item: Any) -> str:
        return write(scalar_text(item))

    name, explode = parameter.name, parameter.explode
    if parameter.style == "label":
        return "." + _simple(value, explode=explode, write=scalar, between="." if explode else ",")
    if parameter.style != "matrix":
        return _simple(value, explode=explode, write=scalar)
    if is_array(value) and explode:
        return "".join(f";{name}={scalar(item)}" for item in value)
    if is_object(value) and explode:
        return "".join(f";{write(key)}={scalar(item)}" for key, item in value.items())
    return f";{name}={_simple(value, explode=False, write=scalar)}"


def _simple(value: Any, *, explode: bool, write: Callable[[Any], str], between: str = ",") -> str:
    """Write items one after the other."""
    if is_array(value):
        return between.join(write(item) for item in value)
    if is_object(value):
        joint = "=" if explode else ","
        items = value.items()
        return between.join(f"{write(key)}{joint}{write(item)}" for key, item in items)
    return write(value)


def _array_pairs(name: str, value: list[Any], parameter: Parameter) -> list[tuple[str, str]]:
    """Write an array into a query."""
    if parameter.explode:
        return [(name, scalar_text(item)) for item in value]
    delimiter = _DELIMITERS.get(parameter.style, ",")
    return [(name, delimiter.join(scalar_text(item) for item in value))]


def _object_pairs(name: str, value: dict[str, Any], parameter: Parameter) -> list[tuple[str, str]]:
    """Write an object into a query."""
    if parameter.style == "deepObject":
        return [pair for key, item in value.items() for pair in _deep_pairs(f"{name}[{key}]", item)]
    if parameter.explode and parameter.style == "form":
        return [(key, scalar_text(one)) for key, item in value.items() for one in (item if is_array(item) else [item])]
    delimiter = _DELIMITERS.get(parameter.style, ",")
    return [(name, delimiter.join(f"{key}{delimiter}{scalar_text(item)}" for key, item in value.items()))]


def _deep_pairs(name: str, value: Any) -> list[tuple[str, str]]:
    """Write what is in an object in brackets."""
    if is_object(value):
        items = value.items()
        return [pair for key, item in items for pair in _deep_pairs(f"{name}[{key}]", item)]
    if is_array(value):
        return [(name, scalar_text(item)) for item in value]
    return [(name, scalar_text(value))]


def _write_form(value: Any, encoding: Mapping[str, Encoding]) -> bytes:
    """Write a URL-encoded form."""
    if not is_object(value):
        return value if isinstance(value, bytes) else quote(scalar_text(value), errors="surrogatepass").encode()
    pairs = [pair for name, item in value.items() for pair in _field_pairs(name, item, encoding)]
    return write_query(pairs).replace("%20", "+").encode()


def _field_pairs(name: str, value: Any, encoding: Mapping[str, Encoding]) -> list[tuple[str, str]]:
    """The pairs of one field of a form."""
    how = encoding.get(name)
    if how is not None and how.content_type is not None and is_json(how.content_type):
        return [(name, _encode_json(value))]
    if how is not None and how.style == "deepObject":
        return _deep_pairs(name, value)
    if is_array(value):
        items = [scalar_text(item) for item in value]
        if how is None or how.explode:
            return [(name, item) for item in items]
        return [(name, _DELIMITERS.get(how.style, ",").join(items))]
    return [(name, scalar_text(value))]


def _write_multipart(value: Any, encoding: Mapping[str, Encoding]) -> bytes:
    """Write a form with parts; bytes are files."""
    if not is_object(value):
        return value if isinstance(value, bytes) else scalar_text(value).encode("utf-8", "surrogatepass")
    out = bytearray()
    for name, item in value.items():
        for one in item if is_array(item) else [item]:
            out += _part(name, one, encoding.get(name))
    return bytes(out) + f"--{BOUNDARY}--\r\n".encode()


def _part(name: str, value: Any, encoding: Encoding | None) -> bytes:
    """Write one part."""
    escaped = name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{escaped}"'
    content_type = encoding.content_type if encoding is not None else None
    if isinstance(value, bytes):
        head += f'; filename="file"\r\nContent-Type: {content_type or "application/octet-stream"}'
        content = value
    else:
        if content_type is None and is_object(value):
            content_type = "application/json"
        if content_type is not None:
            head += f"\r\nContent-Type: {content_type}"
        content = scalar_text(value).encode("utf-8", "surrogatepass")
    return head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + content + b"\r\n"
