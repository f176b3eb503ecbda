"""What both clients share of the short path: redirects, cookies, the log."""

from __future__ import annotations

import logging

import apps
import pytest

from asgitest.testclient import MisuseError, TestClient
from asgitest.testclient.http_library import LIBRARY_NAME, httpx


def redirecting(location, status=303):
    """An app that answers every path but ``/end`` with a redirect."""

    async def app(scope, receive, send):
        if scope["path"] == "/end":
            await apps.mirror(scope, receive, send)
        else:
            await apps.respond(send, status=status, headers=[(b"location", location)])

    return app


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_redirect_keeps_or_changes_the_method_as_browsers_do(status, method):
    response = TestClient(redirecting(b"/end", status)).post("/", content=b"body")

    assert response.json()["method"] == method
    assert response.json()["body"] == ("body" if method == "POST" else "")
    assert [each.status_code for each in response.history] == [status]


def test_a_redirect_that_is_not_followed_can_be_followed_by_hand():
    client = TestClient(redirecting(b"/end"), follow_redirects=False)

    response = client.get("/")

    assert response.status_code == 303
    assert client.send(response.next_request).json()["path"] == "/end"


def test_following_is_decided_for_one_request():
    assert TestClient(redirecting(b"/end")).get("/", follow_redirects=False).status_code == 303


def test_a_redirect_that_leads_nowhere_is_an_error_only_if_it_is_followed():
    client = TestClient(redirecting(b"http://a:port/"))

    assert client.get("/", follow_redirects=False).status_code == 303
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


def test_a_redirect_to_another_scheme_is_misuse():
    with pytest.raises(MisuseError, match="redirects to"):
        TestClient(redirecting(b"ftp://a/")).get("/")


def test_requests_are_logged_as_the_http_library_logs_them(caplog):
    with caplog.at_level(logging.INFO, logger=LIBRARY_NAME):
        TestClient(apps.hello).get("/a")

    assert caplog.messages == ['HTTP Request: GET http://testserver/a "HTTP/1.1 200 OK"']


def test_query_parameters_of_the_client_and_the_request_are_merged():
    client = TestClient(apps.mirror, params={"a": "1"})

    assert client.get("/", params={"b": "2"}).json()["query_string"] == "a=1&b=2"
    assert client.get("/", params={}).json()["query_string"] == "a=1"
