"""Two protocol objects of websockets, back to back."""

from __future__ import annotations

import sys

import pytest

from asgitest.testclient import MisuseError, WireOptions
from asgitest.testclient.asgi import build_websocket_scope
from asgitest.testclient.wire import HandshakeFailed, Wire, wire_options


def wire(headers=(), subprotocols=(), **options):
    """A wire whose handshake has been asked for."""
    scope = build_websocket_scope(headers=list(headers), subprotocols=subprotocols)
    return Wire("ws://testserver/ws", scope, WireOptions(**options))


def opened(**options):
    """A wire whose handshake has been answered."""
    made = wire(**options)
    made.accept(None, [])
    return made


def test_true_means_the_options_as_they_are():
    assert wire_options(wire=True) == WireOptions()
    assert wire_options(wire=WireOptions(compression=False)) == WireOptions(compression=False)


def test_the_server_reads_the_headers_of_the_test():
    made = wire(headers=[(b"x-a", b"1"), (b"host", b"other"), (b"sec-websocket-key", b"mine")])

    headers = dict(made.headers)
    assert headers[b"x-a"] == b"1"
    assert headers[b"host"] == b"testserver"
    assert headers[b"sec-websocket-key"] != b"mine"


def test_a_request_that_no_server_reads_is_refused():
    with pytest.raises(HandshakeFailed):
        wire(headers=[(b"x-long", b"a" * 20_000)])


def test_without_websockets_the_wire_is_misuse(monkeypatch):
    monkeypatch.setitem(sys.modules, "websockets.client", None)
    monkeypatch.delattr("websockets.client", raising=False)

    with pytest.raises(MisuseError, match="pip install"):
        wire()


def test_messages_cross_in_both_directions():
    made = opened()

    made.client_sends({"type": "websocket.receive", "text": "a"})
    made.app_sends({"type": "websocket.send", "bytes": b"b"})

    assert list(made.to_app) == [{"type": "websocket.receive", "text": "a"}]
    assert list(made.to_test) == [{"type": "websocket.send", "bytes": b"b"}]


def test_nothing_crosses_after_a_close():
    made = opened()
    made.app_closes(4001, "enough")

    made.app_sends({"type": "websocket.send", "text": "a"})
    made.app_closes(4002, "again")
    made.client_closes(1000, None)

    assert list(made.to_test) == [{"type": "websocket.close", "code": 4001, "reason": "enough"}]


def test_a_code_of_the_app_that_no_frame_can_carry_becomes_1011():
    made = opened()

    made.app_closes(1006, "")

    assert made.to_test[0]["code"] == 1011


def test_the_frames_of_a_close_are_two():
    made = opened()

    made.client_closes(1000, "bye")

    assert [(frame.sender, frame.kind) for frame in made.frames] == [("client", "close"), ("server", "close")]
    assert made.to_app[0] == {"type": "websocket.disconnect", "code": 1000, "reason": "bye"}


def test_an_opcode_that_is_reserved_ends_the_connection():
    made = opened()

    made.send_raw(b"\x83\x80\0\0\0\0")

    assert made.frames[0].kind == "opcode 3"
    assert made.to_app[0]["code"] == 1002


def test_bytes_after_the_end_of_the_connection_are_ignored():
    made = opened()
    made.send_raw(b"\x83\x80\0\0\0\0")
    told = len(made.to_app)

    made.send_raw(b"\x81\x80\0\0\0\0")

    assert len(made.to_app) == told
