"""WebSockets whose messages go through frames and bytes."""

from __future__ import annotations

import asyncio

import apps
import pytest

from asgitest.testclient import AsyncTestClient, MisuseError, TestClient, WebSocketDisconnect, WireOptions


def connect(app, **options):
    """A session on the wire."""
    wire = WireOptions(**options) if options else True
    return TestClient(app).websocket_connect("/ws", wire=wire)


def recording(seen, *replies):
    """An app that accepts, keeps what it receives, and sends *replies* first."""

    async def app(scope, receive, send):
        seen.append(scope)
        await receive()
        await send({"type": "websocket.accept"})
        for reply in replies:
            await send(reply)
        while True:
            message = await receive()
            seen.append(message)
            if message["type"] == "websocket.disconnect":
                return

    return app


def test_text_and_bytes_come_back_through_frames():
    with connect(apps.echo_socket) as websocket:
        websocket.send_text("grüße")
        text = websocket.receive_text()
        websocket.send_bytes(b"\x00\xff")

        assert (text, websocket.receive_bytes()) == ("grüße", b"\x00\xff")
        assert [(frame.sender, frame.kind) for frame in websocket.wire.frames] == [
            ("client", "text"),
            ("server", "text"),
            ("client", "binary"),
            ("server", "binary"),
        ]


def test_the_handshake_is_a_real_one():
    """The app sees the headers that a client of websockets sends, with a key of 16 bytes and the offer to compress."""
    seen = []
    with TestClient(recording(seen)).websocket_connect("/ws?a=b", headers={"x-a": "1"}, wire=True):
        pass

    headers = dict(seen[0]["headers"])
    assert headers[b"x-a"] == b"1"
    assert headers[b"upgrade"] == b"websocket"
    assert len(headers[b"sec-websocket-key"]) == 24
    assert headers[b"sec-websocket-extensions"].startswith(b"permessage-deflate")
    assert seen[0]["query_string"] == b"a=b"


def test_a_long_message_is_compressed():
    with connect(apps.echo_socket) as websocket:
        websocket.send_text("a" * 10_000)
        websocket.receive_text()

        assert websocket.wire.compressed
        assert all(frame.compressed and frame.wire_bytes < 200 for frame in websocket.wire.frames)


def test_without_compression_every_byte_is_sent():
    with connect(apps.echo_socket, compression=False) as websocket:
        websocket.send_text("a" * 1000)
        websocket.receive_text()

        assert not websocket.wire.compressed
        assert [frame.wire_bytes for frame in websocket.wire.frames] == [1008, 1004]


def test_a_message_in_fragments_reaches_the_app_whole():
    seen = []
    with connect(recording(seen), fragment_bytes=4) as websocket:
        websocket.send_text("0123456789")

        kinds = [(frame.kind, frame.final) for frame in websocket.wire.frames]

    assert kinds == [("text", False), ("continuation", False), ("continuation", True)]
    assert seen[1] == {"type": "websocket.receive", "text": "0123456789"}


def test_an_empty_message_is_a_message():
    with connect(apps.echo_socket, fragment_bytes=4) as websocket:
        websocket.send_text("")
        text = websocket.receive_text()
        websocket.send_bytes(b"")

        assert (text, websocket.receive_bytes()) == ("", b"")


def test_text_that_is_no_utf8_closes_the_connection_with_1007():
    seen = []
    with connect(recording(seen)) as websocket:
        websocket.send_frame(1, b"\xff\xfe")
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive_text()

    assert caught.value.code == 1007
    assert seen[1] == {
        "type": "websocket.disconnect",
        "code": 1007,
        "reason": "invalid start byte at position 0",
    }


@pytest.mark.parametrize(
    ("opcode", "data"),
    [(0, b"continues nothing"), (8, b"\x00\x01"), (9, b"x" * 126)],
    ids=["continuation first", "bad close code", "long ping"],
)
def test_a_frame_that_breaks_the_protocol_closes_the_connection_with_1002(opcode, data):
    seen = []
    with connect(recording(seen)) as websocket:
        websocket.send_raw(bytes([0x80 | opcode]) + _length(data) + b"\0\0\0\0" + data)
        assert websocket.receive()["type"] == "websocket.close"
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive()

    assert caught.value.code == 1002
    assert (seen[1]["type"], seen[1]["code"]) == ("websocket.disconnect", 1002)


def _length(data):
    """The length of a masked frame's payload."""
    return bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE, *len(data).to_bytes(2, "big")])


def test_a_message_over_the_limit_closes_the_connection_with_1009():
    seen = []
    with connect(recording(seen), max_bytes=100, compression=False) as websocket:
        websocket.send_text("a" * 101)
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive_text()

    assert caught.value.code == 1009
    assert seen[1]["code"] == 1009


def test_a_ping_is_answered_though_the_app_is_silent():
    with connect(recording([])) as websocket:
        assert websocket.ping(b"are you there") == b"are you there"


def test_a_pong_nobody_asked_for_is_harmless():
    with connect(apps.echo_socket) as websocket:
        websocket.send_frame(10, b"")
        websocket.send_text("a")

        assert websocket.receive_text() == "a"


def test_code_and_reason_of_the_apps_close_arrive():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4001, "reason": "enough"})

    with connect(app) as websocket:
        with pytest.raises(WebSocketDisconnect) as caught:
            websocket.receive_text()
        with pytest.raises(MisuseError, match="closed with code 4001"):
            websocket.send_text("too late")

    assert (caught.value.code, caught.value.reason) == (4001, "enough")


def test_code_and_reason_of_the_clients_close_arrive():
    seen = []
    with connect(recording(seen)) as websocket:
        websocket.close(3001, "bye")

    assert seen[1] == {"type": "websocket.disconnect", "code": 3001, "reason": "bye"}


def test_a_code_that_no_frame_can_carry_is_misuse():
    with connect(recording([])) as websocket, pytest.raises(MisuseError, match="no client can close with 1006"):
        websocket.close(1006)


def test_a_close_without_a_code_is_1005():
    seen = []
    with connect(recording(seen)) as websocket:
        websocket.send({"type": "websocket.disconnect"})

    assert seen[1]["code"] == 1005


def test_a_lost_connection_is_no_close():
    seen = []
    with connect(recording(seen)) as websocket:
        websocket.abort()

    assert seen[1]["type"] == "websocket.disconnect"


def test_iteration_and_silence_work_on_the_wire():
    messages = [{"type": "websocket.send", "text": text} for text in "ab"]

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        for message in messages:
            await send(message)
        await send({"type": "websocket.close"})

    with connect(app) as websocket:
        assert not websocket.receive_nothing()
        assert list(websocket) == ["a", "b"]


def test_a_subprotocol_that_was_not_offered_is_refused_by_the_client():
    """RFC 6455, section 4.1: the client must fail the connection."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "chat"})
        await receive()

    client = TestClient(app, validate="off")
    with (
        pytest.raises(WebSocketDisconnect, match="unsupported subprotocol: chat"),
        client.websocket_connect("/ws", subprotocols=["other"], wire=True),
    ):
        pass


def test_the_chosen_subprotocol_is_shown():
    async def app(scope, receive, send):
        await receive()
        await send(
            {"type": "websocket.accept", "subprotocol": scope["subprotocols"][1], "headers": [(b"x-room", b"7")]}
        )
        await receive()

    with TestClient(app).websocket_connect("/ws", subprotocols=["a", "b"], wire=True) as websocket:
        assert websocket.accepted_subprotocol == "b"
        assert websocket.headers["x-room"] == "7"


def test_a_refusal_is_what_it_is_without_the_wire():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.close", "code": 4003})

    with pytest.raises(WebSocketDisconnect) as caught, connect(app):
        pass

    assert caught.value.code == 4003


def test_frames_need_the_wire():
    with TestClient(apps.echo_socket).websocket_connect("/ws") as websocket:
        for act in (websocket.ping, lambda: websocket.send_frame(1, b""), lambda: websocket.send_raw(b"")):
            with pytest.raises(MisuseError, match="wire=True"):
                act()
        with pytest.raises(MisuseError, match="wire=True"):
            assert websocket.wire


def test_the_asynchronous_session_has_a_wire_too():
    async def main():
        async with (
            AsyncTestClient(apps.with_lifespan(apps.echo_socket)) as client,
            client.websocket_connect("/ws", wire=True) as websocket,
        ):
            await websocket.send_text("a" * 500)
            text = await websocket.receive_text()
            pong = await websocket.ping(b"x")
            await websocket.send_frame(1, b"b")
            await websocket.send_raw(b"\x81\x81\0\0\0\0c")
            return text, pong, await websocket.receive_text(), await websocket.receive_text(), websocket.wire.compressed

    assert asyncio.run(main()) == ("a" * 500, b"x", "b", "c", True)
