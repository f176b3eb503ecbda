"""How a WebSocket ends for a test, with Starlette and without it."""

from __future__ import annotations

import sys

import pytest
import starlette.testclient
import starlette.websockets

from asgitest.testclient import WebSocketDenialResponse, WebSocketDisconnect
from asgitest.testclient.http_library import httpx
from asgitest.testclient.websocket_errors import denial_error, disconnect_error


@pytest.fixture
def without_starlette(monkeypatch):
    """As if Starlette had not been imported."""
    for name in ("starlette.websockets", "starlette.testclient"):
        monkeypatch.delitem(sys.modules, name)


def test_a_disconnect_is_starlettes_as_well():
    error = disconnect_error(4001, "enough")

    assert isinstance(error, WebSocketDisconnect)
    assert isinstance(error, starlette.websockets.WebSocketDisconnect)
    assert (error.code, error.reason) == (4001, "enough")
    assert str(error) == "the WebSocket was closed with code 4001: enough"


@pytest.mark.usefixtures("without_starlette")
def test_a_disconnect_stands_alone_without_starlette():
    error = disconnect_error(1000, None)

    assert type(error) is WebSocketDisconnect
    assert (error.reason, str(error)) == ("", "the WebSocket was closed with code 1000")


def test_a_denial_is_a_response_and_starlettes_as_well():
    error = denial_error(403, [(b"x-why", b"no")], b"go away")

    assert isinstance(error, httpx.Response)
    assert isinstance(error, WebSocketDenialResponse)
    assert isinstance(error, WebSocketDisconnect)
    assert isinstance(error, starlette.websockets.WebSocketDisconnect)
    assert (error.status_code, error.text, error.headers["x-why"], error.code) == (403, "go away", "no", 1006)
    assert str(error) == "the WebSocket was refused with HTTP status 403"


def test_a_denial_is_a_disconnect_of_starlette_also_where_its_client_is_not_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "starlette.testclient")

    assert isinstance(denial_error(403, [], b""), starlette.websockets.WebSocketDisconnect)


@pytest.mark.usefixtures("without_starlette")
def test_a_denial_stands_alone_without_starlette():
    assert type(denial_error(403, [], b"")) is WebSocketDenialResponse


def test_where_ours_has_taken_the_place_of_starlettes_it_is_ours(monkeypatch):
    monkeypatch.setattr(starlette.testclient, "WebSocketDenialResponse", WebSocketDenialResponse)

    assert isinstance(denial_error(403, [], b""), WebSocketDenialResponse)


def test_a_denial_of_another_http_library_is_not_joined(monkeypatch):
    """Starlette may be built on the other one: then its class is a response of a foreign kind."""

    class Foreign(starlette.websockets.WebSocketDisconnect):
        """Starlette's denial, built on the other library."""

    monkeypatch.setattr(starlette.testclient, "WebSocketDenialResponse", Foreign)

    assert not isinstance(denial_error(403, [], b""), Foreign)


def test_the_joined_class_is_made_once():
    assert type(disconnect_error(1000, None)) is type(disconnect_error(1001, None))
