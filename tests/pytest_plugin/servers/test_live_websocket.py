"""A WebSocket over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from asgitest.pytest_plugin.servers.live_server import serve
from asgitest.testclient import DeadlineExceeded, MisuseError, WebSocketDenialResponse, WebSocketDisconnect
from tests.pytest_plugin.servers.apps import Boom, make_app

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=["uvicorn", "hypercorn"])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with serve(make_app(), kind=request.param) as server, server.client() as client:
        yield client


class Message(BaseModel):
    n: int


def test_text_bytes_and_json_go_both_ways(client: Any) -> None:
    with client.websocket_connect("/chat", subprotocols=["other", "chat"], headers={"x-a": "b"}) as session:
        session.send_text("hello")
        assert session.receive_text() == "hello"
        session.send_bytes(b"\xff")
        assert session.receive_bytes() == b"\xff"
        session.send_json({"n": 1}, mode="binary")
        assert session.receive_json(mode="binary") == {"n": 1}
        session.send_json({"n": 1})
        assert session.receive_json(type=Message) == Message(n=1)
        session.send({"type": "websocket.receive", "text": "raw"})
        assert session.receive() == {"type": "websocket.send", "text": "raw"}
        assert session.accepted_subprotocol == "chat"
        assert session.headers["set-cookie"] == "seen=yes"
        assert client.cookies["seen"] == "yes"
        assert session.close_code is None
        assert session.close_reason is None

    assert session.scope["path"] == "/chat"


def test_silence_can_be_seen(client: Any) -> None:
    with client.websocket("/chat") as session:
        assert session.receive_nothing()
        session.send_text("hello")
        assert not session.receive_nothing(timeout=5)
        assert not session.receive_nothing()
        assert session.unread == 1
        assert session.receive_text() == "hello"
        session.send_text("bye")
        assert not session.receive_nothing(timeout=5)


def test_a_close_of_the_app_is_received_once(client: Any) -> None:
    with client.websocket_connect("/chat") as session:
        session.send_text("bye")
        assert session.receive() == {"type": "websocket.close", "code": 4001, "reason": "done"}
        with pytest.raises(WebSocketDisconnect) as caught:
            session.receive()
        with pytest.raises(MisuseError, match="was closed with code 4001"):
            session.send_text("more")

    assert (caught.value.code, caught.value.reason) == (4001, "done")


def test_a_close_is_an_error_where_data_is_wanted(client: Any) -> None:
    with client.websocket_connect("/chat") as session:
        session.send_text("bye")
        with pytest.raises(WebSocketDisconnect, match="4001"):
            session.receive_text()


@pytest.mark.parametrize(("last", "error"), [("end", None), ("bye", WebSocketDisconnect)])
def test_iterating_ends_with_a_clean_close(client: Any, last: str, error: Any) -> None:
    got = []
    with client.websocket_connect("/chat") as session:
        session.send_text("a")
        session.send_bytes(b"b")
        session.send_text(last)
        try:
            got.extend(session)
        except WebSocketDisconnect as caught:
            got.append(type(caught).__name__)

    assert got[-1] == (b"b" if error is None else "WebSocketDisconnect") or got[:2] == ["a", b"b"]


def test_a_message_of_the_other_kind_is_a_misuse(client: Any) -> None:
    with client.websocket_connect("/chat") as session:
        session.send_text("abc")
        with pytest.raises(MisuseError, match=r"sent a text message of 3 characters; receive it with receive_text\(\)"):
            session.receive_bytes()
        session.send_bytes(b"abc")
        with pytest.raises(MisuseError, match=r"sent a binary message of 3 bytes; receive it with receive_bytes\(\)"):
            session.receive_text()
        with pytest.raises(MisuseError, match="takes str, not bytes"):
            session.send_text(b"abc")


def test_nothing_in_time_is_a_deadline(client: Any) -> None:
    with client.websocket_connect("/chat", timeout=5) as session, pytest.raises(DeadlineExceeded, match="/chat"):
        session.receive(timeout=0.01)


def test_a_refusal_is_the_close_of_the_app(client: Any) -> None:
    with pytest.raises(WebSocketDisconnect) as caught, client.websocket_connect("/chat?refuse"):
        pass

    assert (caught.value.code, caught.value.reason) == (4003, "not now")


def test_a_denial_is_the_response_of_the_app(client: Any) -> None:
    with pytest.raises(WebSocketDenialResponse) as caught, client.websocket_connect("/chat?deny"):
        pass

    assert (caught.value.status_code, caught.value.text) == (401, "not you")


def test_an_exception_before_the_handshake_reaches_the_test(client: Any) -> None:
    with pytest.raises(Boom), client.websocket_connect("/chat?boom"):
        pass


def test_an_exception_within_the_session_reaches_the_test(client: Any) -> None:
    with client.websocket_connect("/chat") as session:
        session.send_text("boom")
        with pytest.raises(Boom):
            session.receive()
        session._call.result = None  # the test has seen it


def test_an_exception_that_nobody_waited_for_is_raised_at_the_end(client: Any) -> None:
    with pytest.raises(Boom), client.websocket_connect("/chat") as session:
        session.send_text("boom")


def test_an_exception_of_the_test_comes_first(client: Any) -> None:
    def fail() -> None:
        with client.websocket_connect("/chat") as session:
            session.send_text("boom")
            raise KeyError

    with pytest.raises(KeyError) as caught:
        fail()

    assert caught.value.__notes__ == ["asgitest: when the WebSocket was left, the app also raised Boom()"]


def test_a_client_may_close_or_vanish(client: Any) -> None:
    with client.websocket_connect("/chat") as session:
        session.send({"type": "websocket.disconnect", "code": 1001})
    with client.websocket_connect("/chat") as session:
        session.abort()


def test_nobody_there_is_an_error_of_the_network(client: Any) -> None:
    session = client.websocket_connect("/chat")
    session._address = ("127.0.0.1", 9)

    with pytest.raises(ConnectionRefusedError), session:
        pass


def test_a_handshake_that_goes_wrong_leaves_no_socket(client: Any) -> None:
    session = client.websocket_connect("/chat", headers={"sec-websocket-protocol": "chat"})

    with pytest.raises(Exception, match="subprotocol"), session:
        pass
