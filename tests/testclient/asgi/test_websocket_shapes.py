"""The messages of an app on a WebSocket, and what is read of them where a server could make sense of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient.asgi.websocket_shapes import is_close_code, read_accept, read_close, read_send

if TYPE_CHECKING:
    from asgitest.testclient.asgi.findings import Problem

OLD: dict[str, Any] = {"asgi": {"version": "3.0", "spec_version": "2.0"}}


def rules(problems: list[Problem]) -> set[str]:
    return {problem.rule_id.removeprefix("ASGI-") for problem in problems}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1000, True),
        (1005, False),
        (1014, True),
        (1015, False),
        (2999, False),
        (3000, True),
        (4999, True),
        (5000, False),
        ("1000", False),
        (None, False),
        (True, False),
    ],
)
def test_some_codes_may_be_sent(code: Any, expected: bool) -> None:
    assert is_close_code(code) is expected


def test_headers_of_an_accept_need_a_newer_specification() -> None:
    problems: list[Problem] = []

    fields, _ = read_accept({"headers": [(b"x-a", b"1")]}, OLD, problems)

    assert (fields, rules(problems)) == ([(b"x-a", b"1")], {"WS-010"})


def test_a_scope_whose_versions_are_no_dict_says_nothing() -> None:
    problems: list[Problem] = []

    read_accept({"headers": [(b"x-a", b"1")]}, {"asgi": "3.0"}, problems)

    assert problems == []


def test_a_field_of_the_servers_own_is_one_finding() -> None:
    problems: list[Problem] = []

    read_accept({"headers": [(b"Upgrade", b"x"), (b"upgrade", b"x")]}, {}, problems)

    assert [problem.subject for problem in problems if problem.subject == "b'upgrade'"] == ["b'upgrade'"]


@pytest.mark.parametrize(
    ("subprotocol", "offered", "chosen", "count"),
    [
        ("chat", ["chat"], "chat", 0),
        ("soap", ["chat"], "soap", 1),
        (b"chat", ["chat"], None, 1),
        ("chat", None, "chat", 1),
    ],
)
def test_a_subprotocol_is_one_that_was_offered(subprotocol: Any, offered: Any, chosen: str | None, count: int) -> None:
    problems: list[Problem] = []

    assert read_accept({"subprotocol": subprotocol}, {"subprotocols": offered}, problems)[1] == chosen
    assert len(problems) == count


@pytest.mark.parametrize(
    ("message", "sent", "broken"),
    [
        ({"text": "a"}, {"text": "a"}, set()),
        ({"bytes": bytearray(b"a")}, {"bytes": b"a"}, {"WS-007"}),
        ({"text": b"a"}, None, {"WS-007"}),
        ({"text": "\ud800"}, {"text": "\ud800"}, {"WS-008"}),
        ({}, None, {"WS-006"}),
        ({"text": "a", "bytes": b"b"}, {"text": "a"}, {"WS-006"}),
    ],
)
def test_what_is_sent_is_text_or_bytes(message: Any, sent: Any, broken: set[str]) -> None:
    problems: list[Problem] = []

    found = read_send(message, problems)

    assert found == (sent and {"type": "websocket.send", **sent})
    assert rules(problems) == broken


@pytest.mark.parametrize(
    ("message", "closed", "count"),
    [
        ({}, (1000, ""), 0),
        ({"code": 4000, "reason": "bye"}, (4000, "bye"), 0),
        ({"code": "4000"}, (1000, ""), 1),
        ({"reason": ["bye"]}, (1000, ""), 1),
        ({"reason": "x" * 124}, (1000, "x" * 124), 1),
        ({"reason": "\udc00"}, (1000, "\udc00"), 1),
    ],
)
def test_a_close_has_a_code_and_a_reason(message: Any, closed: tuple[int, str], count: int) -> None:
    problems: list[Problem] = []

    assert read_close(message, {}, problems) == closed
    assert len(problems) == count


def test_a_reason_came_later_than_the_close() -> None:
    problems: list[Problem] = []

    read_close({"reason": "bye"}, OLD, problems)

    assert rules(problems) == {"WS-012"}
