"""The lifespan of an app: the table, proved against the reference, and what is not in the table."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import RULES, Level, LifespanExchange
from asgitest.testclient.asgi.lifespan_table import LIFESPAN_TABLE, LifespanInput, LifespanState
from asgitest.testclient.asgi.tables import Step
from tests.testclient.asgi.builders import ids
from tests.testclient.asgi.lifespan_reference import EVENTS, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

Word = tuple[str, ...]

INPUTS = {
    "startup": LifespanInput.STARTUP,
    "shutdown": LifespanInput.SHUTDOWN,
    "up": LifespanInput.STARTUP_COMPLETE,
    "startup failed": LifespanInput.STARTUP_FAILED,
    "down": LifespanInput.SHUTDOWN_COMPLETE,
    "shutdown failed": LifespanInput.SHUTDOWN_FAILED,
    "returned": LifespanInput.RETURNED,
    "raised": LifespanInput.RAISED,
}


def happen(exchange: LifespanExchange, event: str) -> list[str]:
    """Let one event of the reference's alphabet happen to an exchange; return the rules it broke."""
    before = dict(exchange.counts)
    if event in {"startup", "shutdown"}:
        getattr(exchange, f"client_{event}")()
        exchange.next_message()
    elif event == "returned":
        exchange.app_returned()
    elif event == "raised":
        exchange.app_raised(RuntimeError())
    else:
        exchange.app_sent(EVENTS[event])
    return [
        rule for finding, times in exchange.counts.items() if times > before.get(finding, 0) for rule in ids([finding])
    ]


def converse(word: Sequence[str]) -> tuple[list[list[str]], LifespanExchange]:
    exchange = LifespanExchange({"type": "lifespan"})
    return [happen(exchange, event) for event in word], exchange


def expect(word: Sequence[str]) -> tuple[list[list[str]], Reference]:
    reference = Reference()
    broken = (reference.happen(event) for event in word)
    return [[rule] if rule else [] for rule in broken], reference


def agrees(word: Sequence[str]) -> bool:
    found, exchange = converse(word)
    wanted, reference = expect(word)
    return (found, str(exchange.state), exchange.unsupported) == (wanted, reference.state, reference.says_so)


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
            key = (exchange.state, exchange._refused, exchange._ended, reference.key())
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
    (state, item)
    for state in (LifespanState.UNSUPPORTED, LifespanState.BROKEN)
    for item in LifespanInput
    if item not in {LifespanInput.STARTUP, LifespanInput.SHUTDOWN}
}
"""Only the end of the call leads into these states, and nothing is looked up after it but what the server asks."""


def test_nothing_reaches_what_is_said_to_be_unreached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LifespanExchange, "table", {k: v for k, v in LIFESPAN_TABLE.items() if k not in UNREACHED})

    assert [word for word in words() if not agrees(word)] == []


def mutants() -> Iterator[tuple[tuple[LifespanState, LifespanInput], Step]]:
    """Each cell with each other state, without its rule, and with another rule."""
    for cell, step in LIFESPAN_TABLE.items():
        if cell in UNREACHED:
            continue
        for state in LifespanState:
            if Step(state) != step:
                yield cell, Step(state)
        if cell[1] not in {
            LifespanInput.STARTUP,
            LifespanInput.SHUTDOWN,
        }:  # what the server does breaks no rule of the app's
            yield cell, Step(step.state, "ASGI-MSG-002")


def test_every_mutant_of_the_table_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings and the state at the end are both compared, so no cell is untested."""
    table = dict(LIFESPAN_TABLE)
    monkeypatch.setattr(LifespanExchange, "table", table)
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
    """The end of the call leads on also when it breaks a rule: there is no way back from it."""
    ends = {LifespanInput.RETURNED, LifespanInput.RAISED}

    assert set(LIFESPAN_TABLE) == set(itertools.product(LifespanState, LifespanInput))
    assert all(
        step.state is state
        for (state, item), step in LIFESPAN_TABLE.items()
        if step.rule is not None and RULES[step.rule].level is Level.ERROR and item not in ends
    )
