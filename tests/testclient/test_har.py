"""The traffic of clients as an HTTP Archive."""

from __future__ import annotations

import json

import apps
import pytest

from asgitest.testclient import TestClient, record_har


async def answering(scope, receive, send):
    """Answer by the path: a redirect, bytes, or the request mirrored."""
    assert scope["type"] == "http"
    if scope["path"] == "/away":
        await apps.respond(send, status=303, headers=[(b"location", b"/there"), (b"set-cookie", b"sid=1; Path=/")])
    elif scope["path"] == "/bytes":
        await apps.respond(send, b"\xff\x00", headers=[(b"content-type", b"image/x")])
    elif scope["path"] == "/broken":
        raise LookupError("mine")
    else:
        await apps.mirror(scope, receive, send)


def test_a_request_and_its_response_are_recorded():
    with record_har() as log:
        TestClient(answering).post("/items?a=1&b=", content="grüße", headers={"content-type": "text/plain"})

    (entry,) = log.entries
    request, response = entry["request"], entry["response"]
    assert (request["method"], request["url"]) == ("POST", "http://testserver/items?a=1&b=")
    assert request["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert request["postData"] == {"mimeType": "text/plain", "text": "grüße"}
    assert (response["status"], response["statusText"]) == (200, "OK")
    assert json.loads(response["content"]["text"])["method"] == "POST"
    assert response["content"]["mimeType"] == "application/json"
    assert entry["time"] >= 0


def test_the_archive_has_the_form_of_har_1_2():
    with record_har() as log:
        TestClient(answering).get("/")

    archive = log.as_dict()["log"]
    assert archive["version"] == "1.2"
    assert archive["creator"]["name"] == "asgitest"
    assert set(archive["entries"][0]) == {"startedDateTime", "time", "request", "response", "cache", "timings"}


def test_binary_bodies_are_in_base64():
    with record_har() as log:
        TestClient(answering).get("/bytes")
        TestClient(answering).post("/", content=b"\xfe")

    assert log.entries[0]["response"]["content"]["encoding"] == "base64"
    assert log.entries[0]["response"]["content"]["text"] == "/wA="
    assert log.entries[1]["request"]["postData"]["_encoding"] == "base64"


def test_credentials_are_left_out():
    with record_har() as log:
        client = TestClient(answering, cookies={"sid": "secret"}, follow_redirects=False)
        client.get("/away", headers={"authorization": "Bearer secret"})

    text = json.dumps(log.as_dict())
    assert "secret" not in text
    assert "<redacted>" in text


def test_credentials_are_kept_if_wanted():
    with record_har(redact=False) as log:
        TestClient(answering, cookies={"old": "a"}).get("/away", follow_redirects=False)

    (entry,) = log.entries
    assert entry["request"]["cookies"] == [{"name": "old", "value": "a"}]
    assert entry["response"]["cookies"] == [{"name": "sid", "value": "1"}]
    assert entry["response"]["redirectURL"] == "/there"


def test_an_exception_of_the_app_is_noted():
    with record_har() as log, pytest.raises(LookupError):
        TestClient(answering).get("/broken")

    assert log.entries[0]["comment"] == "the app raised LookupError('mine')"
    assert log.entries[0]["response"]["status"] == 0


def test_the_messages_of_a_websocket_are_recorded():
    with record_har() as log, TestClient(apps.echo_socket).websocket_connect("wss://testserver:8443/ws") as websocket:
        websocket.send_text("a")
        websocket.receive_text()
        websocket.send_bytes(b"b")
        websocket.receive_bytes()

    (entry,) = log.entries
    assert entry["request"]["url"] == "wss://testserver:8443/ws"
    assert entry["response"]["status"] == 101
    messages = entry["_webSocketMessages"]
    assert [(message["type"], message["opcode"], message["data"]) for message in messages] == [
        ("send", 1, "a"),
        ("receive", 1, "a"),
        ("send", 2, "Yg=="),
        ("receive", 2, "Yg=="),
    ]


def test_the_archive_is_written_also_after_a_failure(tmp_path):
    path = tmp_path / "traffic.har"

    with pytest.raises(LookupError), record_har(path):
        TestClient(answering).get("/broken")

    assert len(json.loads(path.read_text())["log"]["entries"]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["traffic.har"]
