"""WebSockets: dependencies that refuse, a room of several clients, text and binary frames."""

from __future__ import annotations

import pytest
from fastapi import WebSocketDisconnect


@pytest.fixture
def token(customer):
    return customer["Authorization"].removeprefix("Bearer ")


def room(client, token, club="kafka", **options):
    return client.websocket_connect(f"/clubs/{club}/chat?token={token}", **options)


def hear_everything(socket):
    while True:
        socket.receive_json()


def closing(socket):
    """Receive until the shop closes, and give the code."""
    with pytest.raises(WebSocketDisconnect) as closed:
        hear_everything(socket)
    return closed.value.code


def test_everybody_in_the_room_hears_every_line(client, token, log_in):
    other = log_in("grace", "hopper")["Authorization"].removeprefix("Bearer ")
    with room(client, token) as ada, room(client, other) as grace:
        assert ada.receive_json() == {"author": "shop", "text": "ada is here"}
        assert ada.receive_json() == grace.receive_json() == {"author": "shop", "text": "grace is here"}

        ada.send_json({"text": "Someone must have slandered Josef K."})

        assert ada.receive_json() == grace.receive_json()


def test_those_who_stay_hear_who_has_left(client, token):
    with room(client, token) as stays:
        stays.receive_json()
        with room(client, token):
            stays.receive_json()

        assert stays.receive_json() == {"author": "shop", "text": "ada has left"}


def test_a_line_stays_in_its_room(client, token):
    with room(client, token, "kafka") as kafka, room(client, token, "austen") as austen:
        austen.send_json({"text": "It is a truth"})
        kafka.send_json({"text": "Someone must"})

        assert [kafka.receive_json()["text"] for _ in range(2)] == ["ada is here", "Someone must"]


def test_the_token_may_come_in_the_cookie_of_the_login(client):
    client.post("/token", data={"username": "ada", "password": "lovelace"})

    with client.websocket_connect("wss://testserver/clubs/kafka/chat") as socket:
        assert socket.receive_json()["text"] == "ada is here"


@pytest.mark.parametrize("forged", ["", "x", "x.y", "%00"])
def test_without_a_valid_token_nobody_comes_in(client, forged):
    with pytest.raises(WebSocketDisconnect) as refused, room(client, forged):
        pass

    assert refused.value.code == 1008


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://[", "https://testserver.evil.example"])
def test_pages_of_other_sites_may_not_connect(client, token, origin):
    with pytest.raises(WebSocketDisconnect) as refused, room(client, token, headers={"Origin": origin}):
        pass

    assert refused.value.code == 1008


def test_pages_of_the_shop_may_connect(client, token):
    with room(client, token, headers={"Origin": "https://testserver"}) as socket:
        assert socket.receive_json()["author"] == "shop"


def test_a_club_with_a_strange_name_is_refused(client, token):
    with pytest.raises(WebSocketDisconnect) as refused, room(client, token, "K%C3%A4fka"):
        pass

    assert refused.value.code == 1008


def test_the_subprotocol_is_chosen_only_when_it_is_offered(client, token):
    with room(client, token, subprotocols=["other", "bookshop.chat"]) as offered, room(client, token) as silent:
        assert (offered.accepted_subprotocol, silent.accepted_subprotocol) == ("bookshop.chat", None)


def test_a_binary_frame_closes_the_chat_with_1003(client, token):
    with room(client, token) as socket:
        socket.send_bytes(b"\0")

        assert closing(socket) == 1003


@pytest.mark.parametrize("text", ["", "{", '{"text": ""}', '{"text": 1}', '{"text": "a", "b": 1}', "[" * 10_000])
def test_a_frame_that_is_no_message_closes_the_chat_with_1007(client, token, text):
    with room(client, token) as socket:
        socket.send_text(text)

        assert closing(socket) == 1007


def test_the_bytes_of_binary_frames_are_counted(client):
    with client.websocket_connect("/catalogue/cover-check") as socket:
        for part in (b"123", b"4567", b""):
            socket.send_bytes(part)

        assert socket.receive_json() == {"bytes": 7}
        assert closing(socket) == 1000


def test_a_text_frame_closes_the_count_with_1003(client):
    with client.websocket_connect("/catalogue/cover-check") as socket:
        socket.send_text("text")

        assert closing(socket) == 1003


def test_too_many_bytes_close_the_count_with_1009(client):
    with client.websocket_connect("/catalogue/cover-check") as socket:
        socket.send_bytes(b"x" * 100_001)

        assert closing(socket) == 1009
