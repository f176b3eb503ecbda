"""The WebSocket handshake as the HTTP library sees it."""

from __future__ import annotations

import pytest

from asgitest.testclient import MisuseError
from asgitest.testclient.http_library import httpx
from asgitest.testclient.upgrade import Upgrade, cookie_keeper, upgrade_headers, websocket_url


def test_a_handshake_carries_what_starlettes_client_sends():
    assert dict(upgrade_headers({}, ["a", "b"])) == {
        "connection": "upgrade",
        "sec-websocket-key": "testserver==",
        "sec-websocket-version": "13",
        "sec-websocket-protocol": "a, b",
    }


def test_headers_of_the_test_come_first():
    headers = upgrade_headers({"sec-websocket-version": "12"}, None)

    assert headers["sec-websocket-version"] == "12"
    assert "sec-websocket-protocol" not in headers


def test_a_single_subprotocol_is_a_list_all_the_same():
    with pytest.raises(MisuseError, match=r"write \['chat'\]"):
        upgrade_headers(None, "chat")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("http://a/b", "ws://a/b"), ("https://a/b?c", "wss://a/b?c"), ("ws://a/", "ws://a/"), ("wss://a/", "wss://a/")],
)
def test_schemes_become_those_of_websockets(given, expected):
    assert str(websocket_url(httpx.URL(given))) == expected


def test_another_scheme_is_misuse():
    with pytest.raises(MisuseError, match="scheme ws or wss, not 'ftp'"):
        websocket_url(httpx.URL("ftp://a/"))


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_cookies_of_the_acceptance_are_kept_in_the_jar(scheme):
    cookies = httpx.Cookies()

    cookie_keeper(cookies, httpx.URL(f"{scheme}://example.org/"))([(b"Set-Cookie", b"sid=1; Path=/")])

    assert cookies["sid"] == "1"


def test_a_secure_cookie_is_kept_from_a_secure_handshake():
    cookies = httpx.Cookies()

    cookie_keeper(cookies, httpx.URL("wss://example.org/"))([(b"set-cookie", b"sid=1; Secure")])

    assert cookies["sid"] == "1"


def test_other_headers_of_the_acceptance_leave_the_jar_alone():
    cookies = httpx.Cookies()

    cookie_keeper(cookies, httpx.URL("ws://example.org/"))([(b"x-a", b"1")])

    assert not cookies


def test_an_upgrade_carries_its_session():
    session = object()

    assert Upgrade(session).session is session
