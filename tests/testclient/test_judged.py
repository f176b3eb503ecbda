"""A call whose findings lead to something: violations are raised once and kept, warnings told, late ones remembered."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from asgitest.testclient import ProtocolViolation, ProtocolWarning
from asgitest.testclient.application import as_asgi3
from asgitest.testclient.asgi import HTTPExchange, build_http_scope
from asgitest.testclient.judged import NOT_GIVEN, JudgedCall
from asgitest.testclient.policy import build_policy

START = {"type": "http.response.start", "status": 200}
PADDED = {**START, "headers": [(b"x-a", b" 1")]}
BAD = {**START, "status": "200"}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Do nothing."""


def call_of(application: Any = app, mode: str = "strict") -> JudgedCall:
    scope = build_http_scope()
    return JudgedCall(application, HTTPExchange(scope), scope=scope, policy=build_policy(mode))


def ids(call: JudgedCall) -> list[str]:
    return [entry.finding.rule.id for entry in call.policy.ledger.findings]


def test_nothing_found_is_nothing_done() -> None:
    call = call_of()

    call.judge(call.exchange.app_sent(START))

    assert (call.violation, [*call.warned]) == (None, [])


def test_a_violation_is_raised_and_remembered() -> None:
    call = call_of()

    with pytest.raises(ProtocolViolation) as caught:
        call.judge(call.exchange.app_sent(BAD))

    assert call.violation is caught.value


def test_the_first_violation_is_the_one_that_counts() -> None:
    call = call_of()

    first = call.keep(call.exchange.app_sent(BAD))
    second = call.keep(call.exchange.app_sent({"type": "http.response.body", "body": "text"}))

    assert second is not None
    assert call.violation is first


def test_warnings_wait_until_they_are_told() -> None:
    call = call_of()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call.keep(call.exchange.app_sent(PADDED))

    with pytest.warns(ProtocolWarning, match="ASGI-HTTP-016"):
        call.warn(stacklevel=1)

    assert [*call.warned] == []


def test_a_violation_after_the_end_is_kept_for_the_next_call() -> None:
    call = call_of()
    call.concluded = True

    late = call.keep(call.exchange.app_sent(BAD))

    assert call.violation is None
    with pytest.raises(ProtocolViolation) as caught:
        call.tell_late()
    assert caught.value is late
    call.tell_late()


def test_a_warning_after_the_end_is_told_at_once() -> None:
    call = call_of()
    call.concluded = True

    with pytest.warns(ProtocolWarning, match="ASGI-HTTP-016"):
        call.keep(call.exchange.app_sent(PADDED))


def test_where_starlettes_client_is_replaced_only_its_sentences_are_raised() -> None:
    call = call_of(mode="starlette")
    call.keep(call.exchange.app_sent(START))
    findings = call.exchange.app_sent(START)

    assert call.keep(findings) is None
    assert "its sentence" in str(call.keep(findings, "its sentence"))


def test_an_app_of_another_kind_is_noted() -> None:
    class InTwoSteps:
        def __init__(self, scope: Any) -> None:
            self.scope = scope

        async def __call__(self, receive: Any, send: Any) -> None:
            """Do nothing."""

    two_steps = call_of(as_asgi3(InTwoSteps), mode="off")
    two_steps.call_app(None, None).close()  # type: ignore[attr-defined]
    plain = call_of(print, mode="off")
    plain.call_app(None, None)

    assert ids(two_steps) == ids(plain) == ["ASGI-APP-001"]


def test_a_message_under_a_name_is_found() -> None:
    call = call_of(mode="off")

    assert call.find_message((NOT_GIVEN,), {"event": START}) is START
    assert ids(call) == ["ASGI-MSG-009"]


@pytest.mark.parametrize(
    ("given", "named", "count"), [((), {}, 0), ((START, START), {}, 2), ((START,), {"a": START}, 2)]
)
def test_no_message_and_two_are_refused(given: tuple[Any, ...], named: dict[str, Any], count: int) -> None:
    with pytest.raises(TypeError, match=f"takes one message, not {count}"):
        call_of(mode="off").find_message(given, named)
