"""Headers that are ready before the request is: equal to those that the HTTP library would make."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.testclient import header_templates
from asgitest.testclient.header_templates import Headers, Template, extended_template, key_of, template_of
from asgitest.testclient.http_library import httpx

HOST = (b"Host", b"testserver")
AGENT = (b"user-agent", b"testclient")


def changes(change: Any) -> int:
    headers = Headers({"a": "1"})
    before = headers.changes
    change(headers)
    return headers.changes - before


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.__setitem__("b", "2"),
        lambda headers: headers.__delitem__("a"),
        lambda headers: headers.update({"b": "2"}),
        lambda headers: headers.setdefault("b", "2"),
        lambda headers: headers.pop("a"),
    ],
)
def test_each_change_of_a_clients_headers_is_counted(change: Any) -> None:
    """What was made of them is made anew then."""
    assert changes(change) > 0


def test_reading_them_changes_nothing() -> None:
    assert changes(lambda headers: (headers["a"], dict(headers), headers.raw)) == 0


@pytest.mark.parametrize("raw", [[(b"Content-Length", b"3")], [(b"HOST", b"a")], [(b"x-a", b"1\r\nx-b: 2")]])
def test_headers_that_say_how_the_request_is_framed_are_not_usual(raw: Any) -> None:
    assert not Template(HOST, raw).is_usual


def test_headers_of_a_scope_are_in_lower_case() -> None:
    template = Template(HOST, [(b"X-A", b"1")])

    assert template.is_usual
    assert template.scope_headers == [(b"host", b"testserver"), (b"x-a", b"1")]


@pytest.mark.parametrize("body", [b"", b"{}"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("cookie", [None, "a=1"])
def test_the_headers_of_a_body_are_those_of_the_library(method: str, body: bytes, cookie: str | None) -> None:
    """The order is the library's as well: some apps sign it."""
    template = Template(HOST, [AGENT])
    given: dict[str, Any] = {"headers": [(b"user-agent", b"testclient")]}
    if cookie is not None:
        given["headers"].append((b"cookie", cookie.encode()))
    if body:
        given["content"] = body
    library = httpx.Request(method, "http://testserver/", **given)

    merged = template.with_body(method, body, None, cookie=cookie)

    assert sorted((name.lower(), value) for name, value in merged.raw) == sorted(
        (name.lower(), value) for name, value in library.headers.raw
    )


def test_a_media_type_is_named_unless_the_client_names_one() -> None:
    named = Template(HOST, []).with_body("POST", b"{}", "application/json", cookie=None)
    own = Template(HOST, [(b"Content-Type", b"text/plain")]).with_body("POST", b"{}", "application/json", cookie=None)

    assert (named["content-type"], own["content-type"]) == ("application/json", "text/plain")
    assert named["content-length"] == "2"


def test_clients_with_the_same_headers_share_a_template() -> None:
    assert template_of(HOST, [AGENT]) is template_of(HOST, [AGENT])
    assert template_of(HOST, []) is not template_of(HOST, [AGENT])


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_templates, "_templates", {})
    monkeypatch.setattr(header_templates, "_MAX_TEMPLATES", 2)

    for number in range(5):
        template_of(HOST, [(b"x-a", str(number).encode())])

    assert 0 < len(header_templates._templates) <= 2


def extended(client: httpx.Headers, extra: Any) -> Template:
    """The template for the headers of a client and of a request."""
    return extended_template(template_of(HOST, client.raw), client, extra, front=HOST)


@pytest.mark.parametrize("extra", [{"x-a": "1"}, [("x-a", "1")], {b"x-a": b"1"}, httpx.Headers({"x-a": "1"})])
def test_headers_of_a_request_are_added_to_those_of_the_client(extra: Any) -> None:
    """Given in any form that the library takes."""
    client = httpx.Headers({"user-agent": "testclient"})

    template = extended(client, extra)

    assert template.scope_headers == [(b"host", b"testserver"), (b"user-agent", b"testclient"), (b"x-a", b"1")]
    assert dict(client) == {"user-agent": "testclient"}


def test_the_same_headers_of_a_request_share_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_templates, "_MAX_TEMPLATES", 2)
    client = httpx.Headers({"x-client": "shared"})

    first = extended(client, {"x-a": "1"})

    assert extended(client, {"x-a": "1"}) is first
    for number in range(4):
        extended(client, {"x-b": str(number)})
    assert len(template_of(HOST, client.raw).with_extra) <= 2


@pytest.mark.parametrize("pairs", [{"a": True}, {"a": 1.0}, {"a": None}, {1: "a"}, [("a", "1")], "a=1"])
def test_what_could_be_equal_and_yet_another_has_no_key(pairs: Any) -> None:
    """``1 == True``, but they are other parameters."""
    assert key_of(pairs, frozenset({str, int})) is None


def test_text_and_numbers_are_a_key() -> None:
    assert key_of({"a": "1", "b": 2}, frozenset({str, int})) == (("a", "1"), ("b", 2))
