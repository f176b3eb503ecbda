"""The shape of messages: keys, types, and values of keys that nobody has defined."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient.asgi import shapes
from asgitest.testclient.asgi.shapes import is_multiplexed, read_body, read_message, read_more, read_start

if TYPE_CHECKING:
    from asgitest.testclient.asgi.findings import Problem

BODY = {"type": "http.response.body"}


class Kind(StrEnum):
    BODY = "http.response.body"


class Raising(dict[Any, Any]):
    def __contains__(self, key: object) -> bool:
        raise LookupError

    def values(self) -> Any:
        raise LookupError


def read(given: Any, protocol: str = "http") -> tuple[Any, set[str]]:
    problems: list[Problem] = []
    message = read_message(given, protocol, problems)
    return message, {problem.rule_id.removeprefix("ASGI-") for problem in problems}


@pytest.mark.parametrize(
    "given", [None, [], "http.response.body", MappingProxyType(BODY), [("type", "http.response.body")]]
)
def test_a_message_is_a_dict(given: Any) -> None:
    assert read(given) == (None, {"MSG-001"})


def test_a_kind_of_dict_and_a_kind_of_text_will_do() -> None:
    class Message(dict[str, Any]):
        pass

    message, rules = read(Message(type=Kind.BODY))

    assert (message, rules) == (BODY, set())
    assert type(message["type"]) is str


@pytest.mark.parametrize("given", [{}, {"type": None}, {"type": b"http.response.body"}, {"Type": "http.response.body"}])
def test_a_message_says_its_type(given: Any) -> None:
    assert read(given) == (None, {"MSG-002"})


@pytest.mark.parametrize(
    ("kind", "protocol", "rule"),
    [
        ("http.response.bogus", "http", "MSG-003"),
        ("websocket.accept", "http", "MSG-003"),
        ("http.response.start", "websocket", "WS-018"),
        ("http.response.start", "lifespan", "MSG-003"),
    ],
)
def test_a_type_belongs_to_the_protocol(kind: str, protocol: str, rule: str) -> None:
    assert read({"type": kind}, protocol) == (None, {rule})


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ([1, 2.5, "a", b"b", None, True, {"a": (1,)}], set()),
        (LOOP, set()),
        (2**63, {"MSG-005"}),
        ([-(2**63) - 1], {"MSG-005"}),
        (float("nan"), {"MSG-006"}),
        ({"a": {1: 2}}, {"MSG-007"}),
        (object(), {"MSG-004"}),
        ({"a": [{1, 2}]}, {"MSG-004"}),
        (Raising({"a": 1}), {"MSG-004"}),
    ],
)
def test_keys_of_an_app_carry_what_a_message_can(value: Any, rules: set[str]) -> None:
    assert read({**BODY, "note": value})[1] == rules


def test_a_key_is_text() -> None:
    assert read({**BODY, 1: 2})[1] == {"MSG-007"}


def test_only_so_many_values_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app may put a table of a million rows there."""
    monkeypatch.setattr(shapes, "_MAX_VALUES", 10)

    assert read({**BODY, "note": [*range(20), object()]})[1] == set()


@pytest.mark.parametrize(
    ("status", "read_as", "rules"),
    [
        (200, 200, set()),
        ("200", 200, {"HTTP-008"}),
        (404.0, 404, {"HTTP-008"}),
        ("OK", None, {"HTTP-008"}),
        ("999", None, {"HTTP-008"}),
        (True, None, {"HTTP-008"}),
        (103, 103, {"HTTP-009"}),
        (7, None, {"HTTP-009"}),
    ],
)
def test_a_status_is_read_where_one_can_be_meant(status: Any, read_as: int | None, rules: set[str]) -> None:
    problems: list[Problem] = []

    found, _ = read_start({"type": "http.response.start", "status": status}, problems)

    assert (found, {problem.rule_id.removeprefix("ASGI-") for problem in problems}) == (read_as, rules)


def test_a_start_without_a_status_has_none() -> None:
    problems: list[Problem] = []

    assert read_start({"type": "http.response.start"}, problems)[0] is None
    assert [problem.rule_id for problem in problems] == ["ASGI-HTTP-007"]


@pytest.mark.parametrize(
    ("body", "read_as", "count"),
    [
        (b"ok", b"ok", 0),
        (type("B", (bytes,), {})(b"ok"), b"ok", 0),
        (bytearray(b"ok"), b"ok", 1),
        ("ok", b"ok", 1),
        (None, b"", 1),
    ],
)
def test_a_body_is_read_where_bytes_can_be_meant(body: Any, read_as: bytes, count: int) -> None:
    problems: list[Problem] = []

    assert read_body({**BODY, "body": body}, problems) == (read_as, False)
    assert len(problems) == count


@pytest.mark.parametrize(
    ("more", "read_as", "count"), [(True, True, 0), (1, True, 1), ("false", True, 1), (None, False, 1)]
)
def test_a_flag_counts_as_servers_count_it(more: Any, read_as: bool, count: int) -> None:
    problems: list[Problem] = []

    assert read_more({"more_body": more}, "more_body", "ASGI-HTTP-022", problems=problems) is read_as
    assert len(problems) == count


@pytest.mark.parametrize(("version", "expected"), [("1.1", False), ("2", True), ("3", True), (2, False), (None, False)])
def test_connections_since_http_2_are_multiplexed(version: Any, expected: bool) -> None:
    assert is_multiplexed({"http_version": version}) is expected
