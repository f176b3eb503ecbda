"""Whether a case is as documented is judged from the bytes it sends."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.case import Case
from asgitest.conformance.generate import judged
from asgitest.conformance.operation import ABSENT, Body, Parameter
from tests.conformance.checks.records import operation


def verdict_of_query(schema: dict[str, Any], value: Any) -> bool | None:
    parameter = Parameter(name="x", location="query", required=True, schema=schema)
    case = Case(operation=operation(parameters=(parameter,)), query={} if value is ABSENT else {"x": value})
    return judged(case).valid


def verdict_of_body(schema: dict[str, Any], value: Any, media_type: str = "application/json") -> bool | None:
    body = Body(media_type=media_type, schema=schema, required=True)
    subject = operation(method="POST", bodies=(body,))
    return judged(Case(operation=subject, body=value, media_type=media_type)).valid


INTEGER = {"type": "integer", "maximum": 9}


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(3, True), ("3", None), (10, False), ("abc", False), ("", False), (True, False), (ABSENT, False), (1.0, True)],
)
def test_a_query_parameter_is_text_on_the_wire(value: Any, verdict: bool | None) -> None:
    """The text ``3`` is the number 3; the word ``true`` is none."""
    assert verdict_of_query(INTEGER, value) in {verdict, True if verdict is None else verdict}


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ({"n": 3}, True),
        ({"n": "3"}, None),
        ({"n": "x"}, False),
        ({"n": 10}, False),
        ({}, False),
        ({"n": True}, None),
        ([], False),
    ],
)
def test_a_json_body_may_be_coerced(value: Any, verdict: bool | None) -> None:
    """Lax frameworks take a number as text; nobody takes what is no number."""
    schema = {"type": "object", "properties": {"n": INTEGER}, "required": ["n"]}

    assert verdict_of_body(schema, value) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ({"n": 3}, True),
        ({"n": "x"}, False),
        ({"n": ""}, None),
        ({"n": [3, 4]}, None),
        ({"n": [30, 40]}, False),
        ({}, False),
    ],
)
def test_a_form_is_text_and_may_have_a_name_twice(value: Any, verdict: bool | None) -> None:
    """Which of the two counts depends on the framework, and so does an empty field."""
    schema = {"type": "object", "properties": {"n": INTEGER}, "required": ["n"]}

    seen = verdict_of_body(schema, value, "application/x-www-form-urlencoded")

    assert seen is verdict or (verdict is None and seen is not True)


def test_a_file_that_was_sent_as_text_cannot_be_told() -> None:
    """Some frameworks take it."""
    schema = {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}, "required": ["f"]}

    assert verdict_of_body(schema, {"f": "text"}, "multipart/form-data") is None
    assert verdict_of_body(schema, {"f": b"bytes"}, "multipart/form-data") is True


def test_the_rest_of_a_path_that_litestar_calls_a_uri_may_be_anything() -> None:
    rest = Parameter(name="rest", location="path", required=True, schema={"type": "string", "format": "uri"})
    subject = operation(path="/files/{rest}", parameters=(rest,))

    assert judged(Case(operation=subject, path_parameters={"rest": "\u2603 not one"})).valid is None


def test_what_is_too_deep_cannot_be_told() -> None:
    """Judging has to end."""
    deep: Any = 1
    for _ in range(3000):
        deep = [deep]

    assert verdict_of_body({"type": "object"}, deep) is None
