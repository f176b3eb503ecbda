"""Values of outgoing calls."""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin.outgoing_calls.call import OutgoingCall, matches, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example/x?y", "https://a.example"),
        ("https://a.example:443/", "https://a.example"),
        ("http://a.example:8080", "http://a.example:8080"),
        ("http://[::1]:80/x", "http://[::1]"),
    ],
)
def test_an_origin_is_scheme_host_and_unusual_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("url", ["/x", "ftp://a.example", "https:///x"])
def test_what_is_not_absolute_has_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match="is no absolute http or https URL"):
        origin_of(url)


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://A.example:443/x", "https://a.example/x"),
        ("https://a.example/x y", "https://a.example/x%20y"),
        ("https://a.example/x", "https://a.example/x?page=2"),
        ("https://a.example/*", "https://a.example/deep/er?page=2"),
        ("https://*/x", "https://a.example/x"),
        ("https://a.example/x?b=2&a=1%202", "https://a.example/x?a=1+2&b=2"),
        ("https://a.example/x?page=*", "https://a.example/x?page=2"),
    ],
)
def test_a_url_is_what_a_pattern_says_however_it_is_written(pattern: str, url: str) -> None:
    assert matches(pattern, url)


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https://a.example", "https://a.example/x"),
        ("https://a.example/x", "http://a.example/x"),
        ("https://a.example:8443/x", "https://a.example/x"),
        ("https://a.example/x?page=1", "https://a.example/x?page=2"),
        ("https://a.example/x?page=1", "https://a.example/x"),
    ],
)
def test_another_url_is_not(pattern: str, url: str) -> None:
    assert not matches(pattern, url)


def test_a_call_shows_what_was_sent() -> None:
    call = OutgoingCall(method="POST", url="https://a.example/x", headers=(("x-a", "b"),), content=b'{"n": 1}')

    assert (str(call), call.origin, call.text) == ("POST https://a.example/x", "https://a.example", '{"n": 1}')
    assert call.json() == {"n": 1}
    assert call.header("X-A") == "b"
    assert call.header("y") is None
