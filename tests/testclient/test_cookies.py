"""A jar that tells when it has changed."""

from __future__ import annotations

import apps
import pytest

from asgitest.testclient import TestClient
from asgitest.testclient.cookies import CookieHeaders, CountingJar
from asgitest.testclient.http_library import httpx
from asgitest.testclient.preparation import Preparation

URL = Preparation(httpx.URL("http://testserver/"))


def jar_with(**cookies):
    """Cookies of the HTTP library on a counting jar."""
    made = httpx.Cookies(CountingJar())
    for name, value in cookies.items():
        made.set(name, value)
    return made


def test_every_change_is_counted():
    cookies = jar_with(a="1")
    before = cookies.jar.changes
    cookies.set("b", "2")
    cookies.delete("a")
    cookies.clear()

    assert cookies.jar.changes > before + 2


def test_the_header_is_worked_out_once_for_each_url():
    headers, cookies = CookieHeaders(), jar_with(a="1")
    headers.header(cookies, URL)
    first = headers.header(cookies, URL)

    assert first == "a=1"
    assert headers.header(cookies, URL) is first


def test_a_change_is_seen_at_once():
    headers, cookies = CookieHeaders(), jar_with(a="1")
    headers.header(cookies, URL)
    cookies.set("b", "2")

    assert headers.header(cookies, URL) == "a=1; b=2"


def test_an_untouched_jar_gives_no_header():
    assert CookieHeaders().header(jar_with(), URL) is None


def test_an_emptied_jar_gives_no_header():
    cookies = jar_with(a="1")
    cookies.clear()

    assert CookieHeaders().header(cookies, URL) is None


def test_another_kind_of_jar_is_asked_each_time():
    assert CookieHeaders().header(httpx.Cookies({"a": "1"}), URL) == "a=1"


def test_a_cookie_that_expires_is_worked_out_each_time():
    async def app(scope, receive, send):
        await apps.respond(send, headers=[(b"set-cookie", b"a=1; Max-Age=1000")])

    client = TestClient(app)
    client.get("/")

    assert client._cookie_headers.header(client.cookies, URL) == "a=1"
    assert client._cookie_headers._headers == {}


@pytest.mark.parametrize("domain", [None, "testserver", "testserver.local"])
def test_cookies_of_a_host_without_a_dot_come_back(domain):
    seen = []

    async def app(scope, receive, send):
        seen.append(dict(scope["headers"]).get(b"cookie"))
        extra = b"" if domain is None else b"; Domain=" + domain.encode()
        await apps.respond(send, headers=[(b"set-cookie", b"a=1" + extra)])

    client = TestClient(app)
    client.get("/")
    client.get("/")

    assert seen == [None, b"a=1"]
