"""Header fields: their shape, their syntax, and what only several of them together show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.testclient.asgi import Level, headers
from asgitest.testclient.asgi.headers import check_announced, check_fields, check_trailer_fields, content_length

if TYPE_CHECKING:
    from asgitest.testclient.asgi.findings import Problem

PAIR = (b"x-a", b"1")


def judge(given: Any, **options: Any) -> tuple[list[tuple[bytes, bytes]], set[str]]:
    problems: list[Problem] = []
    fields = check_fields(given, problems, **options)
    return fields.pairs, {problem.rule_id.removeprefix("ASGI-") for problem in problems}


@pytest.mark.parametrize("given", [[PAIR], (PAIR,), [[b"x-a", b"1"]], {b"x-a": b"1"}.items(), [(b"x-a", b"1")][:]])
def test_any_iterable_of_pairs_is_fine(given: Any) -> None:
    assert judge(given) == ([PAIR], set())


def test_what_can_be_repaired_is_read_all_the_same() -> None:
    assert judge({b"x-a": b"1"}) == ([PAIR], {"HTTP-010"})
    assert judge([("x-a", 1)]) == ([PAIR], {"HTTP-011", "HTTP-012"})
    assert judge([(bytearray(b"x-a"), memoryview(b"1"))]) == ([PAIR], {"HTTP-011", "HTTP-012"})


@pytest.mark.parametrize(
    "given", [None, 5, "x-a: 1", [PAIR[0]], [None], [(b"x-a",)], [(None, b"1")], [(b"x-a", object())]]
)
def test_what_cannot_is_left_out(given: Any) -> None:
    pairs, rules = judge(given)

    assert pairs == []
    assert rules


def test_a_view_of_bytes_is_not_taken_for_the_bytes_that_it_equals() -> None:
    """It has their hash as well."""
    judge([(b"x-view", b"1")])

    assert judge([(memoryview(b"x-view"), b"1")])[1] == {"HTTP-011"}


def test_upper_case_breaks_a_connection_of_http_2() -> None:
    problems: list[Problem] = []
    check_fields([(b"X-A", b"1")], problems, multiplexed=True)

    assert [(problem.rule_id, problem.level) for problem in problems] == [("ASGI-HTTP-013", Level.ERROR)]


def test_a_fault_is_found_again_when_it_is_known() -> None:
    first, second = judge([(b"X-Known", b" 1")]), judge([(b"X-Known", b" 1")])

    assert first == second
    assert first[1] == {"HTTP-013", "HTTP-016"}


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "_verdicts", {})
    monkeypatch.setattr(headers, "_MAX_VERDICTS", 3)

    for number in range(10):
        judge([(b"x-a", str(number).encode())])
    judge([(b"x-long", b"1" * 1000)])

    assert 0 < len(headers._verdicts) <= 3
    assert (b"x-long", b"1" * 1000) not in headers._verdicts


@pytest.mark.parametrize(
    ("values", "length"),
    [
        ([b"5"], 5),
        ([b"005"], 5),
        ([b" 5 "], 5),
        ([b"0"], 0),
        ([b"9" * 40], 10**19),
        ([b"x"], None),
        ([], None),
        ([b"1", b"2"], None),
    ],
)
def test_a_length_is_what_can_be_meant(values: list[bytes], length: int | None) -> None:
    assert content_length([(b"content-length", value) for value in values]) == length


def test_trailers_are_none_of_the_fields_that_come_first() -> None:
    problems: list[Problem] = []

    unfit = check_trailer_fields([(b"Set-Cookie", b"a=1"), PAIR], problems)

    assert (unfit, len(problems)) == ({"set-cookie"}, 1)


@pytest.mark.parametrize(
    ("announced", "count"),
    [([(b"trailer", b"x-b, X-A")], 0), ([(b"Trailer", b"x-a")], 0), ([(b"trailer", b"x-b")], 1), ([], 1)],
)
def test_trailers_are_announced(announced: list[tuple[bytes, bytes]], count: int) -> None:
    problems: list[Problem] = []

    check_announced([PAIR, PAIR], announced, problems)

    assert len(problems) == count
