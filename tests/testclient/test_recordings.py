"""Our scopes and messages under each profile, against what ``tools/record_servers.py`` has recorded of real servers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from asgitest.testclient.asgi import (
    PROFILES,
    HTTPExchange,
    Profile,
    WebSocketExchange,
    build_http_scope,
    build_lifespan_scope,
    build_websocket_scope,
    check_received,
    check_scope,
)

RECORDINGS = Path(__file__).parent / "recordings"
SERVERS = ("uvicorn", "hypercorn", "daphne", "granian")
FAULTS = {"granian": {"ASGI-SRV-008"}, "daphne": {"ASGI-SRV-020"}}
"""Granian gives ports as text, daphne no code for a close without one."""


def read_back(value: Any) -> Any:
    """Undo what the recorder did to bytes."""
    if isinstance(value, dict):
        if value.keys() == {"bytes"} and isinstance(value["bytes"], str):
            return value["bytes"].encode("latin-1")
        return {key: read_back(item) for key, item in value.items()}
    return [read_back(item) for item in value] if isinstance(value, list) else value


def conversations(server: str) -> dict[str, Any]:
    recorded = json.loads((RECORDINGS / f"{server}.json").read_text(encoding="utf-8"))
    return {each["name"]: read_back(each) for each in recorded["conversations"]}


def text_of(value: Any) -> Any:
    """A scope with its pairs as lists and its ports as int, as far as servers differ in nothing else."""
    if isinstance(value, list | tuple):
        return [int(item) if item == "0" else text_of(item) for item in value]
    return {key: text_of(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("server", SERVERS)
def test_the_rules_of_the_server_hold_for_real_servers(server: str) -> None:
    """A rule that all of them broke would be wrong; these are the faults that they are known for."""
    found = {
        problem.rule_id
        for each in conversations(server).values()
        for problem in (
            *check_scope(each["scope"]),
            *check_received(each["scope"]["type"], [m for m in each["received"] if m["type"] != "waits"]),
        )
    }

    assert found == FAULTS.get(server, set())


@pytest.mark.parametrize("server", SERVERS)
def test_our_http_scope_is_the_server_s(server: str) -> None:
    profile = PROFILES[server]
    recorded = conversations(server)["http/get"]["scope"]
    ours = build_http_scope(
        method="get",
        path="/get/café/",
        raw_path=b"/get/caf%C3%A9%2F",
        query_string=b"a=%20b&a=c",
        headers=[(b"Host", b"127.0.0.1:0"), (b"X-Two", b"1"), (b"x-two", b"2"), (b"X-Latin", b"caf\xe9")],
        host="127.0.0.1",
        port=0,
        client=("127.0.0.1", 0),
        state=None if server == "daphne" else {},
        extensions=recorded.get("extensions"),
        profile=profile,
    )

    assert text_of(ours) == text_of(recorded)
    assert recorded.get("extensions", {}).keys() <= profile.extensions


@pytest.mark.parametrize("server", SERVERS)
def test_our_websocket_scope_is_the_server_s(server: str) -> None:
    profile = PROFILES[server]
    recorded = conversations(server)["websocket/closed"]["scope"]
    ours = build_websocket_scope(
        path="/closed",
        raw_path=b"/closed",
        headers=recorded["headers"],
        subprotocols=["a", "b"],
        host="127.0.0.1",
        port=0,
        client=("127.0.0.1", 0),
        state=None if server == "daphne" else {},
        extensions=None if server == "daphne" else {name: {} for name in profile.extensions},
        profile=profile,
    )

    assert text_of(ours) == text_of(recorded)


@pytest.mark.parametrize("server", [server for server in SERVERS if server != "daphne"])
def test_our_lifespan_scope_is_the_server_s(server: str) -> None:
    """Daphne has no lifespan."""
    assert build_lifespan_scope(state={}, profile=PROFILES[server]) == conversations(server)["lifespan"]["scope"]


def received(exchange: Any) -> list[Any]:
    """What the app receives until nothing comes, or a second disconnect."""
    messages: list[Any] = []
    while len([each for each in messages if each["type"].endswith("disconnect")]) < 2:
        message = exchange.next_message()
        messages.append({"type": "waits"} if message is None else message)
        if message is None:
            break
    return messages


@pytest.mark.parametrize("name", ["http/get", "http/post", "http/chun"])
@pytest.mark.parametrize("server", SERVERS)
def test_a_request_arrives_in_the_server_s_messages(server: str, name: str) -> None:
    recorded = conversations(server)[name]["received"]
    exchange = HTTPExchange({"type": "http", "method": "GET"}, profile=PROFILES[server])
    content = b"" if name == "http/get" else b"hello"
    split = name == "http/chun" and len([each for each in recorded if each.get("body")]) == 2
    if split:
        exchange.client_sent(b"he", more=True)
        content = b"llo"
    exchange.client_sent(content, more=False)
    exchange.app_sent({"type": "http.response.start", "status": 200})
    exchange.app_sent({"type": "http.response.body"})

    assert received(exchange) == recorded


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_that_leaves_is_told_of_as_the_server_does(server: str) -> None:
    exchange = HTTPExchange({"type": "http", "method": "GET"}, profile=PROFILES[server])
    exchange.client_sent(b"", more=False)
    exchange.client_disconnected()

    assert received(exchange) == conversations(server)["http/leav"]["received"]


ENDINGS = {
    "websocket/closed": lambda exchange: exchange.client_closed(4000, "bye"),
    "websocket/without-code": lambda exchange: exchange.client_closed(),
    "websocket/lost": lambda exchange: exchange.client_lost(),
}


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("server", SERVERS)
def test_a_websocket_is_ended_as_the_server_ends_it(server: str, name: str) -> None:
    """Up to the first disconnect; a second, where one comes, says less on real servers."""
    recorded = conversations(server)[name]["received"]
    exchange = WebSocketExchange({"type": "websocket"}, profile=PROFILES[server])
    exchange.next_message()
    exchange.app_sent({"type": "websocket.accept"})
    exchange.client_sent({"type": "websocket.receive", "text": "text"})
    exchange.client_sent({"type": "websocket.receive", "bytes": b"bytes"})
    ENDINGS[name](exchange)

    ours = [{"type": "websocket.connect"}, *received(exchange)]
    first = next(number for number, each in enumerate(recorded, 1) if each["type"] == "websocket.disconnect")
    if (server, name) == ("uvicorn", "websocket/lost"):
        ours[first - 1].pop("reason")
    assert ours[:first] == recorded[:first]
    if name != "websocket/lost":
        assert ours[first]["type"] == recorded[first]["type"]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_rules_of_the_server_hold_for_every_scope_of_ours(profile: Profile) -> None:
    for path, raw in (("/", b"/"), ("/a/b", None), ("/café//..", b"/caf%C3%A9//.."), ("*", b"*")):
        for root, state in (("", None), ("/", {"a": 1})):
            parts: dict[str, Any] = {"path": path, "raw_path": raw, "state": state, "profile": profile}
            parts |= {"headers": [(b"X-A", b"1"), (b"host", b"a")], "root_path": root if path != "*" else ""}
            for client in (None, ("testclient", 50000)):
                scopes = (
                    build_http_scope(method="get", client=client, extensions={"tls": {}}, **parts),
                    build_websocket_scope(client=client, extensions={}, **parts),
                    build_lifespan_scope(state=state, profile=profile),
                )

                assert [problem for scope in scopes for problem in check_scope(scope)] == []
