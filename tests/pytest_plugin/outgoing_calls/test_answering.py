"""What a test says about outgoing calls."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, Request

from asgitest.pytest_plugin.outgoing_calls.answering import OPEN_ORIGINS, Outgoing
from asgitest.pytest_plugin.outgoing_calls.call import Answer, Failure, OutgoingCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def call(url: str = "https://a.example/x", method: str = "GET", **more: Any) -> OutgoingCall:
    return OutgoingCall(method=method, url=url, **more)


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, Answer()),
        (
            {"status": 201, "json": {"a": 1}},
            Answer(status=201, headers=(("content-type", "application/json"),), content=b'{"a": 1}'),
        ),
        ({"text": "a"}, Answer(headers=(("content-type", "text/plain; charset=utf-8"),), content=b"a")),
        (
            {"json": 1, "headers": {"Content-Type": "application/problem+json"}},
            Answer(headers=(("Content-Type", "application/problem+json"),), content=b"1"),
        ),
        ({"content": b"\xff", "headers": {"x": "y"}}, Answer(headers=(("x", "y"),), content=b"\xff")),
        ({"call": lambda _: Answer(status=204)}, Answer(status=204)),
        (
            {"call": lambda made: {"url": made.url}},
            Answer(headers=(("content-type", "application/json"),), content=b'{"url": "https://a.example/x"}'),
        ),
    ],
)
def test_an_answer_is_given_to_the_call(given: dict[str, Any], answer: Answer) -> None:
    outgoing = Outgoing()
    expectation = outgoing.answer("https://a.example/x", **given)
    made = call()

    assert outgoing.take(made) == answer
    assert outgoing.calls == expectation.calls == outgoing.calls_to("https://a.example/*") == [made]
    assert list(outgoing.complaints()) == []


@pytest.mark.parametrize(
    ("url", "matches"),
    [
        ("https://a.example/x", True),
        ("https://a.example/*", True),
        ("https://a.example/x?a=1", True),
        ("https://a.example/x?a=2", False),
        ("https://a.example", False),
    ],
)
def test_a_query_counts_only_when_it_is_given(url: str, matches: bool) -> None:
    outgoing = Outgoing()
    expectation = outgoing.answer(url)

    assert expectation.matches(call("https://a.example/x?a=1")) is matches


def test_what_was_said_last_counts_first_until_it_is_used_up() -> None:
    outgoing = Outgoing()
    outgoing.answer("https://a.example/*", status=200)
    outgoing.answer("https://a.example/x", status=503, times=1, method="get")

    assert [outgoing.take(call()).status for _ in range(3)] == [503, 200, 200]


def test_a_call_may_fail_as_the_test_says() -> None:
    outgoing = Outgoing()
    outgoing.answer("https://a.example/x", error="timeout")
    outgoing.answer("https://a.example/y", error=KeyError("mine"))

    with pytest.raises(Failure, match=r"GET https://a.example/x fails, as the test says \(timeout\)") as caught:
        outgoing.take(call())
    with pytest.raises(KeyError, match="mine"):
        outgoing.take(call("https://a.example/y"))

    assert caught.value.kind == "timeout"


def test_a_call_that_nobody_expects_fails_and_is_complained_of() -> None:
    outgoing = Outgoing()
    outgoing.answer("https://a.example/orders", method="POST", optional=True)

    made = call("https://a.example/order", "POST")
    with pytest.raises(Failure) as caught:
        outgoing.take(made)

    near = "near to it is POST https://a.example/orders"
    assert str(caught.value) == f"asgi_outgoing: nobody answers POST https://a.example/order; {near}"
    assert list(outgoing.complaints()) == [
        f"{made} was not expected; {near}\n  do:    asgi_outgoing.answer('https://a.example/order')"
    ]


def test_calls_that_were_repeated_are_complained_of_once() -> None:
    outgoing = Outgoing()

    for _ in range(3):
        with pytest.raises(Failure):
            outgoing.take(call("https://a.example/x"))

    (complaint,) = outgoing.complaints()
    assert complaint.startswith("GET https://a.example/x was not expected (3 times)\n")


def test_a_call_far_from_all_expected_ones_has_no_hint() -> None:
    outgoing = Outgoing()

    with pytest.raises(Failure, match=r"nobody answers GET https://a.example/x$"):
        outgoing.take(call())


@pytest.mark.parametrize(
    ("times", "made", "complaint"),
    [
        (None, 0, "any method https://a.example/x was expected and never happened"),
        (2, 1, "any method https://a.example/x happened 1 of the 2 times that were expected"),
        (None, 3, None),
        (2, 2, None),
        (0, 0, None),
    ],
)
def test_a_call_that_never_comes_is_complained_of(times: int | None, made: int, complaint: str | None) -> None:
    outgoing = Outgoing()
    expectation = outgoing.answer("https://a.example/x", times=times)

    for _ in range(made):
        outgoing.take(call())

    assert expectation.complaint() == complaint


def test_an_app_receives_the_calls_to_its_origin() -> None:
    started: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        started.append("up")
        yield
        started.append("down")

    partner = FastAPI(lifespan=lifespan)

    @partner.post("/orders")
    async def order(request: Request) -> dict[str, Any]:
        return {"got": await request.json(), "host": request.headers["host"], "x": request.headers.get("x-a")}

    @partner.get("/broken")
    def broken() -> None:
        raise KeyError

    outgoing = Outgoing()
    outgoing.route("https://partner.example/", partner, webhook="new-order")
    made = call(
        "https://partner.example/orders", "POST", content=b"[1]", headers=(("x-a", "b"), ("host", "partner.example"))
    )

    answer = outgoing.take(made)
    broken_answer = outgoing.take(call("https://partner.example/broken"))
    outgoing.close()

    assert answer.content == b'{"got":[1],"host":"partner.example","x":"b"}'
    assert answer.headers == (("content-type", "application/json"),)
    assert broken_answer.status == 500
    assert started == ["up", "down"]
    assert made.webhook == "new-order"


def test_only_what_is_let_through_is_not_caught() -> None:
    outgoing = Outgoing()
    outgoing.let_through("https://open.example")

    OPEN_ORIGINS.add("http://127.0.0.1:1")
    caught = [
        outgoing.catches(url)
        for url in ("https://open.example/x", "http://127.0.0.1:1/x", "https://a.example/x", "nonsense")
    ]
    OPEN_ORIGINS.clear()

    assert caught == [False, False, True, True]
