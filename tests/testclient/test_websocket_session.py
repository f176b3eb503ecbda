"""What a test does on a WebSocket."""

from __future__ import annotations

import asyncio
import threading

import apps
import pydantic
import pytest
import starlette.testclient
import starlette.websockets

from asgitest.testclient import (
    AsyncTestClient,
    MisuseError,
    TestClient,
    WebSocketDenialResponse,
    WebSocketDisconnect,
)


def sending(*messages, subprotocol=None, headers=()):
    """An app that accepts, sends messages, and waits for the client to leave."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": list(headers)})
        for message in messages:
            await send(message)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    return app


TEXT = {"type": "websocket.send", "text": "hi"}
BINARY = {"type": "websocket.send", "bytes": b"\x00hi"}


def test_text_bytes_and_json_go_both_ways():
    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket:
        websocket.send_text("é")
        assert websocket.receive_text() == "é"
        websocket.send_bytes(b"\xff")
        assert websocket.receive_bytes() == b"\xff"
        websocket.send_json({"a": [1, "ü"]})
        assert websocket.receive_json() == {"a": [1, "ü"]}
        websocket.send_json({"a": 1}, mode="binary")
        assert websocket.receive_json(mode="binary") == {"a": 1}


def test_json_is_sent_compact_and_unescaped():
    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket:
        websocket.send_json({"a": "ü", "b": 1})

        assert websocket.receive_text() == '{"a":"ü","b":1}'


def test_json_can_be_received_as_a_model():
    class Point(pydantic.BaseModel):
        x: int

    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket:
        websocket.send_json({"x": 3})

        assert websocket.receive_json(type=Point) == Point(x=3)


def test_receiving_the_wrong_kind_says_which_method_to_call():
    advice = r"binary message of 3 bytes; receive it with receive_bytes\(\)"
    with TestClient(sending(BINARY)).websocket_connect("/") as websocket, pytest.raises(MisuseError, match=advice):
        websocket.receive_text()


def test_json_from_a_binary_message_says_so():
    with (
        TestClient(sending(BINARY)).websocket_connect("/") as websocket,
        pytest.raises(MisuseError, match="binary message"),
    ):
        websocket.receive_json()


@pytest.mark.parametrize(
    "call", [lambda ws: ws.send_text(b"x"), lambda ws: ws.send_bytes("x"), lambda ws: ws.send_json(1, mode="b")]
)
def test_sending_the_wrong_type_is_misuse(call):
    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket, pytest.raises(MisuseError):
        call(websocket)


def test_iteration_ends_when_the_app_closes_cleanly():
    app = sending(TEXT, BINARY, {"type": "websocket.close", "code": 1000})

    with TestClient(app).websocket_connect("/") as websocket:
        assert list(websocket) == ["hi", b"\x00hi"]
        assert websocket.close_code == 1000


def test_iteration_raises_when_the_app_closes_for_a_reason():
    app = sending(TEXT, {"type": "websocket.close", "code": 4000, "reason": "enough"})

    with TestClient(app).websocket_connect("/") as websocket:
        messages = iter(websocket)
        assert next(messages) == "hi"
        with pytest.raises(WebSocketDisconnect, match="4000: enough") as caught:
            next(messages)

    assert (caught.value.code, caught.value.reason) == (4000, "enough")


def test_a_refusal_carries_code_and_reason():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.close", "code": 4401, "reason": "who are you"})

    with pytest.raises(WebSocketDisconnect) as caught, TestClient(app).websocket_connect("/"):
        pass

    assert (caught.value.code, caught.value.reason) == (4401, "who are you")


def test_a_denial_response_is_a_response_and_a_disconnect():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401, "headers": [(b"x-why", b"no token")]})
        await send({"type": "websocket.http.response.body", "body": b"go ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"away"})

    with pytest.raises(WebSocketDenialResponse) as caught, TestClient(app).websocket_connect("/"):
        pass

    assert isinstance(caught.value, WebSocketDisconnect)
    assert (caught.value.status_code, caught.value.text) == (401, "go away")
    assert caught.value.headers["x-why"] == "no token"
    assert caught.value.code == 1006


def test_what_is_raised_is_starlettes_class_as_well():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.close"})

    with pytest.raises(starlette.websockets.WebSocketDisconnect), TestClient(app).websocket_connect("/"):
        pass


def test_subprotocol_and_headers_of_the_acceptance_are_shown():
    app = sending(subprotocol="chat", headers=[(b"x-room", b"7")])

    with TestClient(app).websocket_connect("/", subprotocols=["chat"]) as websocket:
        assert websocket.accepted_subprotocol == "chat"
        assert websocket.headers["x-room"] == "7"
        assert websocket.extra_headers == [(b"x-room", b"7")]


def test_nothing_received_can_be_asserted():
    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket:
        assert websocket.receive_nothing()
        websocket.send_text("x")
        assert not websocket.receive_nothing()


def test_a_receive_can_have_a_timeout_of_its_own():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(0.2)
        await send(TEXT)
        await receive()

    with TestClient(app).websocket_connect("/") as websocket, pytest.raises(TimeoutError, match=r"waited 0\.01 s"):
        websocket.receive_text(timeout=0.01)


def test_the_app_sees_code_and_reason_of_the_clients_close():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        seen.append(await receive())

    with TestClient(app).websocket_connect("/") as websocket:
        websocket.close(4001, "bye")

    assert seen == [{"type": "websocket.disconnect", "code": 4001, "reason": "bye"}]


def test_an_abort_is_an_abnormal_disconnect():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        seen.append(await receive())

    with TestClient(app).websocket_connect("/") as websocket:
        websocket.abort()

    assert seen[0]["type"] == "websocket.disconnect"
    assert seen[0]["code"] in {1005, 1006}


def test_an_exception_of_the_app_is_the_same_object():
    error = LookupError("boom")

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        raise error

    with pytest.raises(LookupError) as caught, TestClient(app).websocket_connect("/") as websocket:
        websocket.receive_text()

    assert caught.value is error
    assert "websocket /" in "".join(error.__notes__)


def test_the_tests_own_exception_comes_first():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        raise LookupError("boom")

    with pytest.raises(ZeroDivisionError) as caught, TestClient(app).websocket_connect("/"):
        _ = 1 / 0

    assert "LookupError('boom')" in "".join(caught.value.__notes__)


def test_several_sockets_and_requests_share_one_loop():
    sockets = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            for other in sockets:
                await other({"type": "websocket.send", "text": "news"})
            await apps.respond(send, b"told")
        else:
            await receive()
            await send({"type": "websocket.accept"})
            sockets.append(send)
            while (await receive())["type"] != "websocket.disconnect":
                pass
            sockets.remove(send)

    with (
        TestClient(apps.with_lifespan(app)) as client,
        client.websocket_connect("/a") as first,
        client.websocket_connect("/b") as second,
    ):
        assert client.post("/publish").text == "told"
        assert (first.receive_text(), second.receive_text()) == ("news", "news")


def test_a_websocket_url_of_another_scheme_is_misuse():
    with pytest.raises(MisuseError, match="ws or wss, not 'ftp'"):
        TestClient(apps.echo_socket).websocket_connect("ftp://testserver/ws")


def test_subprotocols_as_a_string_are_misuse():
    with pytest.raises(MisuseError, match=r"write \['chat'\]"):
        TestClient(apps.echo_socket).websocket_connect("/ws", subprotocols="chat")


def test_cookies_params_and_headers_reach_the_handshake():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await apps.echo_socket(scope, receive, send)

    client = TestClient(app, cookies={"sid": "1"})
    with client.websocket_connect("/ws", params={"q": "a b"}, headers={"x-y": "z"}):
        pass

    headers = dict(seen[0]["headers"])
    assert (headers[b"cookie"], headers[b"x-y"], seen[0]["query_string"]) == (b"sid=1", b"z", b"q=a+b")
    assert headers[b"sec-websocket-version"] == b"13"


def test_a_cookie_set_by_the_acceptance_is_kept():
    app = sending(headers=[(b"set-cookie", b"sid=7; Path=/")])
    client = TestClient(app)

    with client.websocket_connect("/"):
        pass

    assert client.cookies["sid"] == "7"


def test_the_async_session_is_the_twin():
    async def main():
        async with AsyncTestClient(apps.echo_socket) as client, client.websocket_connect("/ws") as websocket:
            await websocket.send_json({"a": 1})
            first = await websocket.receive_json()
            await websocket.send_bytes(b"x")
            second = await websocket.receive_bytes()
            assert await websocket.receive_nothing()
            return first, second

    assert asyncio.run(main()) == ({"a": 1}, b"x")


@pytest.mark.parametrize("driver", ["baton", "public", "thread"])
def test_a_session_that_is_never_entered_leaves_no_loop_open(driver):
    """``client.websocket_connect(url)`` without ``with`` is a mistake, and not one that costs a thread."""
    before = threading.active_count()
    client = TestClient(apps.echo_socket, driver=driver)

    sessions = [client.websocket_connect("/") for _ in range(3)]
    drivers = [session.driver for session in sessions]
    assert len({id(each) for each in drivers}) == 3
    del sessions

    assert threading.active_count() == before
    with client.websocket_connect("/") as websocket:
        websocket.send_text("hi")
        assert websocket.receive_text() == "hi"


def test_a_session_that_was_left_sends_nothing_any_more():
    with TestClient(apps.echo_socket).websocket_connect("/") as websocket:
        pass

    with pytest.raises(MisuseError, match="left with its with block"):
        websocket.send_text("hi")
