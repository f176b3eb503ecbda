"""Secrets do not go into reports."""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin.redaction import Redaction


@pytest.mark.parametrize(
    "name",
    ["Authorization", "cookie", "Set-Cookie", "X-Api-Key", "password", "access_token", "client-secret", "X-Mine"],
)
def test_what_a_name_says_is_secret_is_hidden(name: str) -> None:
    redaction = Redaction(["x-mine"])

    assert redaction.value(name, "abc") == "<redacted>"
    assert redaction.text(f'{{"{name}": "a\\"bc", "n": 1}}') == f'{{"{name}": "<redacted>", "n": 1}}'
    assert redaction.text(f"/path?a=1&{name}=abc&b=2") == f"/path?a=1&{name}=<redacted>&b=2"


@pytest.mark.parametrize("name", ["accept", "content-type", "authors", "x-mine"])
def test_anything_else_is_shown(name: str) -> None:
    assert Redaction().value(name, "abc") == "abc"


def test_a_secret_within_an_innocent_value_is_hidden() -> None:
    assert Redaction().value("location", "/next?token=abc") == "/next?token=<redacted>"


def test_a_number_and_a_text_that_was_cut_are_hidden() -> None:
    assert Redaction().text('{"password": 123, "token": "ab') == '{"password": "<redacted>", "token": "<redacted>"'


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/user/password: 'a', not 'b'", "/user/password: <redacted>"),
        ("/tokens/0: 'a' is only in the response", "/tokens/0: <redacted>"),
        ("/name: 'a', not 'b'", "/name: 'a', not 'b'"),
    ],
)
def test_a_difference_does_not_show_a_secret(line: str, shown: str) -> None:
    assert Redaction().difference(line) == shown
