"""What the constructors of both clients hand to the HTTP library's."""

from __future__ import annotations

import httpx as classic
import pytest

from asgitest.testclient import AsyncTestClient, TestClient
from asgitest.testclient.construction import library_arguments
from asgitest.testclient.http_library import httpx


def test_foreign_objects_are_converted():
    made = library_arguments(
        None,
        base_url=classic.URL("http://a"),
        headers=classic.Headers({"x": "1"}),
        timeout=classic.Timeout(5),
        follow_redirects=False,
        options={"auth": classic.BasicAuth("a", "b")},
    )

    assert made["base_url"] == httpx.URL("http://a")
    assert dict(made["headers"]) == {"x": "1", "user-agent": "testclient"}
    assert isinstance(made["timeout"], httpx.Timeout)
    assert isinstance(made["auth"], httpx.Auth)
    assert made["follow_redirects"] is False


@pytest.mark.parametrize("kind", [TestClient, AsyncTestClient])
def test_a_mode_that_does_not_exist_is_refused(kind):
    with pytest.raises(ValueError, match="validate='strikt' is not a mode"):
        kind(lambda scope, receive, send: None, validate="strikt")  # noqa: ARG005 - never called


@pytest.mark.parametrize("kind", [TestClient, AsyncTestClient])
def test_a_profile_that_does_not_exist_is_refused(kind):
    with pytest.raises(ValueError, match="profile='unicorn' does not exist"):
        kind(lambda scope, receive, send: None, profile="unicorn")  # noqa: ARG005 - never called


def test_a_rule_that_does_not_exist_is_refused_with_the_nearest_match():
    with pytest.raises(ValueError, match="did you mean 'ASGI-HTTP"):
        TestClient(lambda scope, receive, send: None, ignore=["ASGI-HTPT-001"])  # noqa: ARG005 - never called
