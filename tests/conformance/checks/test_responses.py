"""Responses against what is documented."""

from __future__ import annotations

import gzip

import pytest

from asgitest.conformance.checks import check_response, documented_response
from asgitest.conformance.operation import Header
from asgitest.conformance.operation import Response as Documented
from tests.conformance.checks.records import documented, exchange, operation

JSON = ("content-type", "application/json")
NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.mark.parametrize(
    ("body", "found"),
    [(b'{"n": 1}', []), (b'{"n": "1"}', ["openapi.body-schema"]), (b"{", ["openapi.body-schema"])],
)
def test_a_body_keeps_its_schema(body: bytes, found: list[str]) -> None:
    """And is JSON when it says so."""
    subject = operation({"200": documented("200", NUMBER)})

    assert [one.check for one in check_response(subject, exchange(200, body, JSON))] == found


def test_the_label_of_litestars_own_errors_is_its_trait() -> None:
    """A handler that returns text has its validation errors labelled as text, and documented as JSON."""
    subject = operation({"400": documented("400", NUMBER)})
    text = ("content-type", "text/plain; charset=utf-8")
    own = exchange(400, b'{"status_code":400,"detail":"Validation failed"}', text)

    assert [one.quirk for one in check_response(subject, own, framework="litestar")] == ["litestar.error-media-type"]
    assert [one.quirk for one in check_response(subject, exchange(400, b"no", text), framework="litestar")] == [None]


def test_a_compressed_body_is_read_before_it_is_judged() -> None:
    """Content codings are no part of the document."""
    subject = operation({"200": documented("200", NUMBER)})
    packed = exchange(200, gzip.compress(b'{"n": 1}'), JSON, ("content-encoding", "gzip"))

    assert list(check_response(subject, packed)) == []


def test_a_status_is_documented_exactly_by_class_or_by_default() -> None:
    """In that order."""
    subject = operation({"200": documented("200"), "4XX": documented("4XX"), "default": documented("default")})

    assert [getattr(documented_response(subject, code), "status", None) for code in (200, 404, 302)] == [
        "200",
        "4XX",
        "default",
    ]


def test_a_status_nobody_documented_is_found() -> None:
    """But not 405, where the value of a path parameter may have led to another route."""
    subject = operation({"200": documented("200")})

    assert [one.check for one in check_response(subject, exchange(404))] == ["openapi.status-undocumented"]


def test_the_media_type_is_one_of_the_documented_ones() -> None:
    """Parameters of it do not matter."""
    subject = operation({"200": documented("200", NUMBER)})

    assert list(check_response(subject, exchange(200, b'{"n": 1}', ("content-type", "application/json; a=b")))) == []
    assert [one.check for one in check_response(subject, exchange(200, b"<b>", ("content-type", "text/html")))] == [
        "openapi.content-type"
    ]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ((), ["openapi.header-missing"]),
        ((("x-left", "3"),), []),
        ((("x-left", "-3"),), ["openapi.header-invalid"]),
    ],
)
def test_documented_headers_are_there_and_valid(headers: tuple[tuple[str, str], ...], found: list[str]) -> None:
    """A header is text; it is valid in any reading."""
    header = Header(name="x-left", required=True, schema={"type": "integer", "minimum": 0})
    subject = operation({"204": Documented(status="204", headers={"x-left": header})})

    assert [one.check for one in check_response(subject, exchange(204, b"", *headers))] == found


def test_what_only_requests_may_have_is_in_no_response() -> None:
    """Stars in its place are fine: that is how secrets are hidden."""
    schema = {"type": "object", "properties": {"secret": {"type": "string", "writeOnly": True}}}
    subject = operation({"200": documented("200", schema)})

    assert [one.check for one in check_response(subject, exchange(200, b'{"secret": "a"}', JSON))] == [
        "openapi.write-only-leaked"
    ]
    assert list(check_response(subject, exchange(200, b'{"secret": "***"}', JSON))) == []
