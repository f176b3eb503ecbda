"""One HTTP request and its response: the table, proved against the reference, and what is not in the table."""

from __future__ import annotations

import functools
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import RULES, HTTPExchange, Level
from asgitest.testclient.asgi.http_table import HTTP_TABLE, HTTPInput, HTTPState
from asgitest.testclient.asgi.tables import Step
from tests.testclient.asgi.builders import HTTP_EXTENSIONS, ids, start
from tests.testclient.asgi.http_reference import EVENTS, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

Word = tuple[str, ...]


def happen(exchange: HTTPExchange, event: str) -> list[str]:
    """Let one event of the reference's alphabet happen to an exchange; return the rules it broke."""
    if event == "left":
        exchange.client_disconnected()
        return []
    before = dict(exchange.counts)
    if event == "returned":
        exchange.app_returned()
    else:
        exchange.app_sent(EVENTS[event])
    return [
        rule for finding, times in exchange.counts.items() if times > before.get(finding, 0) for rule in ids([finding])
    ]


def converse(word: Sequence[str]) -> tuple[list[list[str]], HTTPExchange]:
    exchange = HTTPExchange({"type": "http", "method": "GET", "extensions": HTTP_EXTENSIONS})
    return [happen(exchange, event) for event in word], exchange


def expect(word: Sequence[str]) -> tuple[list[list[str]], Reference]:
    reference = Reference()
    broken = (reference.happen(event) for event in word)
    return [[rule] if rule else [] for rule in broken], reference


def agrees(word: Sequence[str]) -> bool:
    found, exchange = converse(word)
    wanted, reference = expect(word)
    return (found, str(exchange.state), exchange.response_complete) == (
        wanted,
        reference.state,
        reference.complete and reference.state != "gone",
    )


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
                exchange.trailers_expected,
                exchange.debug is None,
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


def mutants() -> Iterator[tuple[tuple[HTTPState, HTTPInput], Step]]:
    """Each cell with each other state, without its rule, and with another rule."""
    for cell, step in HTTP_TABLE.items():
        for state in HTTPState:
            if Step(state) != step:
                yield cell, Step(state)
        if cell[1] is not HTTPInput.LEFT:  # the client's leaving breaks no rule of the app's, and none is looked up
            yield cell, Step(step.state, "ASGI-HTTP-007")


def test_every_mutant_of_the_table_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings and the state at the end are both compared, so no cell is untested."""
    table = dict(HTTP_TABLE)
    monkeypatch.setattr(HTTPExchange, "table", table)
    leading = words_by_cell()
    survivors = []
    for cell, mutant in mutants():
        original, table[cell] = table[cell], mutant
        if all(agrees(word) for word in leading[cell]):
            survivors.append((cell, mutant))
        table[cell] = original

    assert [f"{state}/{item} -> {step.state} {step.rule}" for (state, item), step in survivors] == []


def words_by_cell() -> dict[Any, list[Word]]:
    """The words of the walk whose last step looks at a cell, shortest first."""
    found: dict[Any, list[Word]] = {cell: [] for cell in HTTP_TABLE}
    for word in words():
        _, exchange = converse(word[:-1])
        item = INPUTS[word[-1]]
        found[exchange.state, item].append(word)
    return found


INPUTS = {
    "start": HTTPInput.START,
    "promise": HTTPInput.START,
    "more": HTTPInput.MORE,
    "more, with a note": HTTPInput.MORE,
    "last": HTTPInput.LAST,
    "copy": HTTPInput.LAST,
    "path": HTTPInput.FILE,
    "trailer": HTTPInput.MORE_TRAILERS,
    "trailers": HTTPInput.LAST_TRAILERS,
    "hint": HTTPInput.EARLY_HINT,
    "push": HTTPInput.PUSH,
    "debug": HTTPInput.DEBUG,
    "left": HTTPInput.LEFT,
    "returned": HTTPInput.RETURNED,
}


def test_the_table_is_total_and_an_error_leads_nowhere() -> None:
    assert set(HTTP_TABLE) == set(itertools.product(HTTPState, HTTPInput))
    assert all(
        step.state is state
        for (state, _), step in HTTP_TABLE.items()
        if step.rule is not None and RULES[step.rule].level is Level.ERROR
    )


def test_a_file_that_was_sent_is_closed_by_the_app() -> None:
    """Servers do not close it: one that is forgotten is a descriptor less."""
    exchange = HTTPExchange({"type": "http", "method": "GET", "extensions": HTTP_EXTENSIONS})

    with Path(os.devnull).open("rb") as file:
        exchange.app_sent(start())
        exchange.app_sent({"type": "http.response.zerocopysend", "file": file, "more_body": True})
        exchange.app_sent({"type": "http.response.zerocopysend", "file": file})
        findings = exchange.app_returned()

    assert [(finding.rule.id, finding.subject) for finding in findings] == [("ASGI-EXT-003", "open")]


def test_a_second_debug_message_is_told_also_where_it_holds_an_odd_value() -> None:
    """One fault of a message does not hide another."""
    exchange = HTTPExchange({"type": "http", "method": "GET", "extensions": HTTP_EXTENSIONS})

    exchange.app_sent({"type": "http.response.debug", "info": {}})
    findings = exchange.app_sent({"type": "http.response.debug", "info": {}, "x-odd": bytearray(b"")})

    assert {finding.rule.id for finding in findings} == {"ASGI-MSG-004", "ASGI-EXT-007"}
