"""One WebSocket: the table, proved against the reference, and what is not in the table."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import RULES, Level, WebSocketExchange
from asgitest.testclient.asgi.tables import Step
from asgitest.testclient.asgi.websocket_table import WEBSOCKET_TABLE, WebSocketInput, WebSocketState
from tests.testclient.asgi.builders import ids
from tests.testclient.asgi.websocket_reference import EVENTS, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

Word = tuple[str, ...]

INPUTS = {
    "receive": WebSocketInput.CONNECT,
    "accept": WebSocketInput.ACCEPT,
    "send": WebSocketInput.SEND,
    "send, with a note": WebSocketInput.SEND,
    "close": WebSocketInput.CLOSE,
    "deny": WebSocketInput.DENIAL_START,
    "deny more": WebSocketInput.DENIAL_MORE,
    "deny last": WebSocketInput.DENIAL_LAST,
    "left": WebSocketInput.LEFT,
    "returned": WebSocketInput.RETURNED,
}


def happen(exchange: WebSocketExchange, event: str) -> list[str]:
    """Let one event of the reference's alphabet happen to an exchange; return the rules it broke."""
    before = dict(exchange.counts)
    if event == "left":
        exchange.client_lost()
    elif event == "receive":
        if not exchange._told_connect:
            exchange.next_message()
    elif event == "returned":
        exchange.app_returned()
    else:
        exchange.app_sent(EVENTS[event])
    return [
        rule for finding, times in exchange.counts.items() if times > before.get(finding, 0) for rule in ids([finding])
    ]


def converse(word: Sequence[str]) -> tuple[list[list[str]], WebSocketExchange]:
    exchange = WebSocketExchange({"type": "websocket", "extensions": {"websocket.http.response": {}}})
    return [happen(exchange, event) for event in word], exchange


def expect(word: Sequence[str]) -> tuple[list[list[str]], Reference]:
    reference = Reference()
    broken = (reference.happen(event) for event in word)
    return [[rule] if rule else [] for rule in broken], reference


def agrees(word: Sequence[str]) -> bool:
    found, exchange = converse(word)
    wanted, reference = expect(word)
    return (found, str(exchange.state), exchange.accepted) == (wanted, reference.state, reference.accepted)


def walk() -> Iterator[Word]:
    """Yield a word for each step of the product of exchange and reference: complete for words of every length."""
    todo: list[Word] = [()]
    seen: set[Any] = set()
    while todo:
        word = todo.pop(0)
        for event in EVENTS:
            longer = (*word, event)
            yield longer
            _, exchange = converse(longer)
            _, reference = expect(longer)
            key = (
                exchange.state,
                exchange._told_connect,
                exchange.accepted,
                exchange._refused,
                exchange._ended,
                reference.key(),
            )
            if key not in seen:
                seen.add(key)
                todo.append(longer)


@functools.cache
def words() -> list[Word]:
    """Found once, and only where they are asked for."""
    return list(walk())


def test_the_exchange_agrees_with_the_reference_on_words_of_every_length() -> None:
    assert [word for word in words() if not agrees(word)] == []


UNREACHED = {
    (WebSocketState.HANDSHAKE, WebSocketInput.CONNECT),
    (WebSocketState.GONE, WebSocketInput.LEFT),
}
"""Connect is received once and a client leaves once, and that leads into these states."""


def test_nothing_reaches_what_is_said_to_be_unreached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WebSocketExchange, "table", {k: v for k, v in WEBSOCKET_TABLE.items() if k not in UNREACHED})

    assert [word for word in words() if not agrees(word)] == []


def mutants() -> Iterator[tuple[tuple[WebSocketState, WebSocketInput], Step]]:
    """Each cell with each other state, without its rule, and with another rule."""
    for cell, step in WEBSOCKET_TABLE.items():
        if cell in UNREACHED:
            continue
        for state in WebSocketState:
            if Step(state) != step:
                yield cell, Step(state)
        if cell[1] not in {
            WebSocketInput.LEFT,
            WebSocketInput.CONNECT,
        }:  # what the server does breaks no rule of the app's
            yield cell, Step(step.state, "ASGI-WS-006")


def test_every_mutant_of_the_table_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings and the state at the end are both compared, so no cell is untested."""
    table = dict(WEBSOCKET_TABLE)
    monkeypatch.setattr(WebSocketExchange, "table", table)
    leading: dict[Any, list[Word]] = {cell: [] for cell in table}
    for word in words():
        leading[converse(word[:-1])[1].state, INPUTS[word[-1]]].append(word)
    survivors = []
    for cell, mutant in mutants():
        original, table[cell] = table[cell], mutant
        if all(agrees(word) for word in leading[cell]):
            survivors.append((cell, mutant))
        table[cell] = original

    assert [f"{state}/{item} -> {step.state} {step.rule}" for (state, item), step in survivors] == []


def test_the_table_is_total_and_an_error_leads_nowhere() -> None:
    assert set(WEBSOCKET_TABLE) == set(itertools.product(WebSocketState, WebSocketInput))
    assert all(
        step.state is state
        for (state, _), step in WEBSOCKET_TABLE.items()
        if step.rule is not None and RULES[step.rule].level is Level.ERROR
    )
