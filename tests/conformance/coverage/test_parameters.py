"""How a request used its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.coverage.parameters import expected_uses, media_type_of, uses_of
from asgitest.conformance.operation import Body, Operation, Parameter

INTEGER = {"type": "integer", "minimum": 1}


def parameter(name: str, location: Any, schema: dict[str, Any], **more: Any) -> Parameter:
    return Parameter(name=name, location=location, schema=schema, **more)


def uses(*parameters: Parameter, bodies: tuple[Body, ...] = (), body: bytes = b"", **scope: Any) -> list[str]:
    operation = Operation(method="GET", path="/", parameters=parameters, bodies=bodies)
    return list(uses_of(operation, {"headers": [], "query_string": b"", **scope}, body))


@pytest.mark.parametrize(
    ("query", "use"), [(b"", "absent"), (b"limit=5", "valid"), (b"limit=0", "invalid"), (b"limit=0&limit=5", "valid")]
)
def test_a_query_parameter_is_absent_valid_or_invalid(query: bytes, use: str) -> None:
    assert uses(parameter("limit", "query", INTEGER), query_string=query) == [f"query limit {use}"]


def test_each_location_is_read_where_it_is_sent() -> None:
    headers = [(b"x-token", b"abc"), (b"cookie", b"theme=dark; other=1"), (b"cookie", b"a,b=1")]

    found = uses(
        parameter("number", "path", INTEGER),
        parameter("gone", "path", INTEGER),
        parameter("X-Token", "header", {"type": "string"}),
        parameter("theme", "cookie", {"enum": ["light"]}),
        parameter("all", "querystring", {}),
        path_params={"number": 3},
        headers=headers,
    )

    assert found == ["path number valid", "path gone absent", "header X-Token valid", "cookie theme invalid"]


def test_an_array_is_judged_as_a_whole() -> None:
    array = {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}, True]}

    assert uses(parameter("n", "query", array | {"anyOf": array["anyOf"][:2]}), query_string=b"n=1&n=2") == [
        "query n valid"
    ]
    assert uses(parameter("n", "query", {"type": "array", "items": INTEGER}), query_string=b"n=1&n=x") == [
        "query n invalid"
    ]


def test_an_object_is_read_from_its_members() -> None:
    schema = {"type": "object", "properties": {"page": INTEGER}}
    deep = parameter("filter", "query", schema, style="deepObject")

    assert uses(deep, query_string=b"filter[page]=2&other[page]=0") == ["query filter valid"]
    assert uses(deep, query_string=b"filter[page]=0") == ["query filter invalid"]
    assert uses(deep) == ["query filter absent"]


@pytest.mark.parametrize(
    ("body", "content_type", "found"),
    [
        (b"", b"", ["body json absent"]),
        (b'{"n": 1}', b"application/json; charset=utf-8", ["body json valid"]),
        (b'{"n": 0}', b"application/problem+json", ["body json invalid"]),
        (b"{", b"application/json", ["body json invalid"]),
        (b"n=1", b"application/x-www-form-urlencoded", []),
        (b"1" * 70_000, b"application/json", []),
    ],
)
def test_a_json_body_is_judged_when_it_was_kept_whole(body: bytes, content_type: bytes, found: list[str]) -> None:
    schema = {"type": "object", "properties": {"n": INTEGER}}
    bodies = (Body(media_type="application/json", schema=schema),)

    assert uses(bodies=bodies, body=body, headers=[(b"content-type", content_type)]) == found


def test_a_form_is_not_judged() -> None:
    assert uses(bodies=(Body(media_type="multipart/form-data"),), body=b"x") == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (parameter("q", "query", INTEGER), ["absent", "valid", "invalid"]),
        (parameter("q", "query", {"type": "string"}), ["absent", "valid"]),
        (parameter("q", "query", {"type": "string", "minLength": 1}), ["absent", "valid", "invalid"]),
        (parameter("q", "path", {"type": "string", "minLength": 1}), ["valid"]),
        (parameter("q", "path", INTEGER), ["valid", "invalid"]),
        (parameter("q", "path", INTEGER, documented=False), ["valid"]),
    ],
)
def test_only_what_can_be_wrong_is_expected_to_be_tested_wrong(given: Parameter, wanted: list[str]) -> None:
    """A path segment is never absent or empty, and a value that no converter takes reaches no route."""
    assert list(expected_uses(given)) == wanted


def test_a_media_type_has_no_parameters() -> None:
    assert media_type_of([(b"X", b"y"), (b"Content-Type", b"Text/HTML; charset=utf-8")]) == "text/html"
    assert media_type_of([]) == ""
