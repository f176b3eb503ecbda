"""The names of ``starlette.testclient``, private ones included."""

from __future__ import annotations

import apps
import pytest
import starlette.testclient

import asgitest.testclient
from asgitest.testclient import TestClient
from asgitest.testclient.http_library import httpx

NAMES = [
    "ASGI2App",
    "ASGI3App",
    "ASGIInstance",
    "TestClient",
    "WebSocketDenialResponse",
    "WebSocketDisconnect",
    "WebSocketTestSession",
    "_AsyncBackend",
    "_RequestData",
    "_TestClientTransport",
    "_Upgrade",
    "_WrapASGI2",
    "_is_asgi3",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_public_code_imports_is_there(name):
    assert hasattr(starlette.testclient, name)
    assert getattr(asgitest.testclient, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'TestCleint'"):
        _ = asgitest.testclient.TestCleint


def test_all_public_names_are_listed_before_they_are_used():
    assert set(asgitest.testclient.__all__) <= set(dir(asgitest.testclient))


def test_the_transport_can_be_used_alone():
    """Public code builds clients of its own on Starlette's transport."""
    transport = asgitest.testclient._TestClientTransport(
        apps.hello, portal_factory=TestClient(apps.hello)._portal_factory, root_path="/api", client=("a", 1)
    )

    with httpx.Client(transport=transport, base_url="http://testserver") as client:
        assert client.get("/").text == "hello"


def test_asgi2_and_asgi3_are_told_apart():
    assert asgitest.testclient._is_asgi3(apps.hello)
    assert not asgitest.testclient._is_asgi3(lambda scope: None)  # noqa: ARG005 - the shape is what counts
