"""The conversation on one WebSocket."""

from __future__ import annotations

import asyncio

import apps
import pytest

from asgitest.testclient import (
    DeadlockDetected,
    MisuseError,
    TestClient,
    WebSocketDenialResponse,
    WebSocketDisconnect,
)


def accepting(*messages):
    """An app that accepts, sends *messages*, and returns when its client leaves."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        for message in messages:
            await send(message)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    return app


CLOSE = {"type": "websocket.close", "code": 4001, "reason": "enough"}


def test_the_close_is_a_message_first_and_an_error_afterwards():
    with TestClient(accepting(CLOSE)).websocket_connect("/ws") as websocket:
        assert websocket.receive() == {"type": "websocket.close", "code": 4001, "reason": "enough"}
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive()
        assert (websocket.close_code, websocket.close_reason) == (4001, "enough")

    assert (caught.value.code, caught.value.reason) == (4001, "enough")


def test_nothing_can_be_sent_after_the_close_was_seen():
    with TestClient(accepting(CLOSE)).websocket_connect("/ws") as websocket:
        websocket.receive()
        with pytest.raises(MisuseError, match="closed with code 4001; nothing can be sent"):
            websocket.send_text("too late")


def test_a_message_that_the_app_has_closed_on_is_lost():
    """As on a real connection: the close is on its way while the client sends."""
    with TestClient(accepting(CLOSE)).websocket_connect("/ws") as websocket:
        websocket.send_text("crossed")

        assert websocket.receive()["code"] == 4001


def test_closing_twice_is_closing_once():
    with TestClient(accepting()).websocket_connect("/ws") as websocket:
        websocket.close()
        websocket.close(4000)

    assert websocket.close_code is None


def test_closing_after_the_app_has_closed_does_nothing():
    with TestClient(accepting(CLOSE)).websocket_connect("/ws") as websocket:
        websocket.receive()
        websocket.close()


def test_a_message_of_an_unknown_type_reaches_the_app_as_it_is():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        seen.append(await receive())

    with TestClient(app, validate="off").websocket_connect("/ws") as websocket:
        websocket.send({"type": "websocket.custom", "a": 1})

    assert seen == [{"type": "websocket.custom", "a": 1}]


def test_an_exception_before_the_acceptance_is_raised_on_entering():
    error = LookupError("mine")

    async def app(scope, receive, send):
        await receive()
        raise error

    with pytest.raises(LookupError) as caught, TestClient(app).websocket_connect("/ws"):
        pytest.fail("the block was entered")

    assert caught.value is error


def test_an_exception_after_messages_comes_when_those_are_read():
    error = LookupError("mine")

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "a"})
        raise error

    texts = []
    with pytest.raises(LookupError) as caught, TestClient(app).websocket_connect("/ws") as websocket:
        texts.extend(websocket)

    assert caught.value is error
    assert texts == ["a"]


def test_a_denial_in_pieces_is_one_response():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"go ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"away"})

    with pytest.raises(WebSocketDenialResponse) as caught, TestClient(app).websocket_connect("/ws"):
        pytest.fail("the block was entered")

    assert caught.value.text == "go away"


def test_a_denial_that_is_not_ended_is_waited_for():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await asyncio.Event().wait()

    with pytest.raises(DeadlockDetected, match="to accept the WebSocket /ws"), TestClient(app).websocket_connect("/ws"):
        pytest.fail("the block was entered")


def test_silence_is_watched_for_as_long_as_wanted():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(0.01)
        await send({"type": "websocket.send", "text": "late"})
        await receive()

    with TestClient(app).websocket_connect("/ws") as websocket:
        assert not websocket.receive_nothing(timeout=10)
        assert websocket.receive_text() == "late"
        assert websocket.receive_nothing(timeout=0.01)


def test_nothing_comes_from_an_app_that_has_ended():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})

    with TestClient(app, ignore=["ASGI-WS-014"]).websocket_connect("/ws") as websocket:
        websocket.receive_nothing(timeout=5)


def test_an_app_that_raises_while_it_is_left_is_told_of():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        raise LookupError("on the way out")

    with pytest.raises(LookupError, match="on the way out"), TestClient(app).websocket_connect("/ws"):
        pass


@pytest.mark.parametrize("profile", ["uvicorn", "hypercorn", "spec"])
def test_sending_after_the_client_has_left_is_as_with_the_server(profile):
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        try:
            await send({"type": "websocket.send", "text": "too late"})
            seen.append("sent")
        except OSError:
            seen.append("OSError")
            raise

    with TestClient(app, profile=profile, validate="off").websocket_connect("/ws"):
        pass

    assert seen == ["sent" if profile == "hypercorn" else "OSError"]


def test_a_data_message_without_data_is_empty_bytes():
    with TestClient(accepting({"type": "websocket.send", "bytes": b""})).websocket_connect("/ws") as websocket:
        assert next(iter(websocket)) == b""


def test_json_is_refused_in_a_mode_that_does_not_exist():
    with (
        TestClient(apps.echo_socket).websocket_connect("/ws") as websocket,
        pytest.raises(MisuseError, match="mode='x'"),
    ):
        websocket.send_json({}, mode="x")
