"""What holds for every conversation: words of every kind, junk in every place, bodies in pieces, traces replayed.

A fast part of each proof runs with the other tests; ``make proof`` runs all of it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgitest.testclient.asgi import (
    PROFILES,
    HTTPExchange,
    Level,
    LifespanExchange,
    Trace,
    WebSocketExchange,
    replay,
)
from tests.testclient.asgi import http_reference, lifespan_reference, test_http, test_lifespan, test_websocket
from tests.testclient.asgi import websocket_reference as socket_reference
from tests.testclient.asgi.builders import HTTP_EXTENSIONS, body, http, ids, lifespan, socket, start
from tests.testclient.asgi.thoroughness import FULL, LENGTH, examples

if TYPE_CHECKING:
    from collections.abc import Sequence


def thorough(full: int) -> settings:
    """How many conversations a property is tried with: few with the other tests, *full* in a proof."""
    return settings(
        max_examples=examples(20, full=full),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=not FULL,
    )


PROTOCOLS = {
    "http": (http_reference.EVENTS, test_http.agrees, test_http.converse),
    "websocket": (socket_reference.EVENTS, test_websocket.agrees, test_websocket.converse),
    "lifespan": (lifespan_reference.EVENTS, test_lifespan.agrees, test_lifespan.converse),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_exchange_agrees_with_its_reference_on_every_word_up_to_a_length(protocol: str) -> None:
    """The same as the walk of the product, without trusting the walk."""
    events, agrees, _ = PROTOCOLS[protocol]

    assert [word for word in itertools.product(events, repeat=LENGTH) if not agrees((*word, "returned"))] == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_trace_replays_to_the_same_state_and_findings(protocol: str) -> None:
    events, _, converse = PROTOCOLS[protocol]

    for word in itertools.product(events, repeat=4 if FULL else 2):
        _, exchange = converse(word)
        again = replay(exchange.trace)

        assert (again.state, ids(again.findings)) == (exchange.state, ids(exchange.findings)), word


def test_a_trace_that_was_shortened_is_not_replayed() -> None:
    trace = Trace({"type": "http"})
    for _ in range(100):
        trace.add("<-", body(more_body=True))

    with pytest.raises(ValueError, match="36 messages of this trace were not kept"):
        replay(trace)


# Junk -----------------------------------------------------------------------------------------------------------------


class Hostile:
    """An object that raises whatever is done with it."""

    def __getattribute__(self, name: str) -> Any:
        raise LookupError(name)

    def __eq__(self, other: object) -> bool:
        raise LookupError

    def __hash__(self) -> int:
        raise LookupError

    def __bool__(self) -> bool:
        raise LookupError

    def __repr__(self) -> str:
        return "Hostile()"  # for reports of failures; what raises here as well has a test of its own

    def __iter__(self) -> Any:
        raise LookupError


class HostileDict(dict[Any, Any]):
    """A message that raises when it is read."""

    def get(self, *_: Any) -> Any:
        raise LookupError

    def copy(self) -> Any:
        raise LookupError


KINDS = [kind for kind in (*http_reference.EVENTS.values(), *socket_reference.EVENTS.values()) if kind]
KINDS += [kind for kind in lifespan_reference.EVENTS.values() if kind]
TYPES = sorted({kind["type"] for kind in KINDS})
KEYS = sorted({key for kind in KINDS for key in kind} | {"reason", "code", "headers", "offset", "x-extra"})

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.sampled_from(TYPES),
    st.builds(Hostile),
    st.builds(object),
    st.lists(
        st.one_of(st.none(), st.binary(max_size=3), st.tuples(st.binary(max_size=3), st.text(max_size=3))), max_size=3
    ),
    st.lists(st.tuples(st.binary(max_size=3), st.binary(max_size=3)), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.builds(bytearray, st.binary(max_size=3)),
)
messages = st.one_of(
    junk,
    st.sampled_from(KINDS),
    st.builds(lambda kind, key, value: {**kind, key: value}, st.sampled_from(KINDS), st.sampled_from(KEYS), junk),
    st.dictionaries(st.sampled_from(KEYS), junk, max_size=4),
    st.builds(
        lambda kind, more: {"type": kind, **more}, st.sampled_from(TYPES), st.dictionaries(st.text(max_size=3), junk)
    ),
    st.builds(HostileDict, st.sampled_from(KINDS)),
)
steps = st.lists(
    st.tuples(st.sampled_from(["sent", "sent", "sent", "receive", "left", "returned", "raised"]), messages), max_size=8
)


def happen(exchange: Any, event: str, value: Any) -> None:
    if event == "receive":
        exchange.next_message()
    elif event == "returned":
        exchange.app_returned(value)
    elif event == "raised":
        exchange.app_raised(RuntimeError())
    elif event == "left":
        leave = {"http": "client_disconnected", "websocket": "client_lost", "lifespan": "client_shutdown"}
        getattr(exchange, leave[exchange.protocol])()
    else:
        exchange.app_sent(value)


@thorough(100_000)
@given(steps, st.sampled_from(sorted(PROFILES)), st.booleans())
def test_no_message_whatever_it_is_makes_an_exchange_raise(word: Sequence[Any], profile: str, checks: bool) -> None:
    """And whatever was found can be said."""
    for exchange in (
        http(PROFILES[profile], checks=checks),
        socket(PROFILES[profile], subprotocols=["a"]),
        lifespan(state={}),
    ):
        for event, value in word:
            happen(exchange, event, value)
        assert all(str(finding) for finding in exchange.findings)
        assert isinstance(exchange.trace.render(), str)


REFUSED = st.one_of(
    st.none(),
    st.integers(),
    st.binary(max_size=3),
    st.builds(dict),
    st.just({"type": "x.bogus"}),
    st.just({"type": b"x"}),
)
"""What is no message at all: it is refused, and the conversation goes on as if it had not been sent."""
DECORATED = st.dictionaries(st.text(min_size=12, max_size=13), junk, max_size=2)
"""Keys that no message has: they change nothing about the order."""
ORDER = frozenset({"MSG-001", "MSG-002", "MSG-003", "MSG-004", "MSG-005", "MSG-006", "MSG-007"})
"""What is said of junk, and not about the order."""


def orders(exchange: Any) -> list[str]:
    return sorted({rule for rule in ids(exchange.findings) if rule not in ORDER})


def expected(reference: Any, word: Sequence[Any]) -> list[str]:
    """The rules that the reference finds broken in the events of a word, where junk is only refused."""
    found: list[str | None] = []
    for event, _ in word:
        if isinstance(event, str):
            found.append(reference.happen(event))
        elif reference.ended:
            found.append(None)
        else:
            reference.refused = True
    return sorted({rule for rule in found if rule})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_junk_between_messages_changes_nothing_about_their_order(protocol: str) -> None:
    """Whole conversations against the reference, with refused messages between and odd keys inside."""
    events, _, _ = PROTOCOLS[protocol]
    module: Any = {"http": http_reference, "websocket": socket_reference, "lifespan": lifespan_reference}[protocol]
    happening: Any = {"http": test_http.happen, "websocket": test_websocket.happen, "lifespan": test_lifespan.happen}[
        protocol
    ]

    @thorough(34_000)
    @given(st.lists(st.tuples(st.one_of(st.sampled_from(sorted(events)), REFUSED), DECORATED), max_size=10))
    def check(word: list[Any]) -> None:
        exchange: Any = {
            "http": lambda: HTTPExchange({"type": "http", "method": "GET", "extensions": HTTP_EXTENSIONS}),
            "websocket": lambda: WebSocketExchange(
                {"type": "websocket", "extensions": {"websocket.http.response": {}}}
            ),
            "lifespan": lambda: LifespanExchange({"type": "lifespan"}),
        }[protocol]()
        for event, extra in word:
            if not isinstance(event, str):
                exchange.app_sent(event)
            elif isinstance(events[event], dict) and extra:
                exchange.app_sent({**extra, **events[event]})
            else:
                happening(exchange, event)

        assert orders(exchange) == expected(module.Reference(), word)

    check()


# Bodies in pieces -----------------------------------------------------------------------------------------------------


@thorough(20_000)
@given(
    st.binary(max_size=12),
    st.lists(st.integers(min_value=0, max_value=12), max_size=5),
    st.sampled_from([None, b"0", b"5", b"12"]),
    st.sampled_from([200, 204, 304]),
)
def test_it_does_not_matter_how_a_body_is_cut(
    content: bytes, cuts: list[int], length: bytes | None, status: int
) -> None:
    """Empty pieces included."""
    headers = [] if length is None else [(b"content-length", length)]
    whole, cut = http(), http()
    for exchange in (whole, cut):
        exchange.app_sent(start(status=status, headers=headers))
    whole.app_sent(body(content))
    places = [0, *sorted(min(place, len(content)) for place in cuts), len(content)]
    pieces = [content[begin:end] for begin, end in itertools.pairwise(places)]
    for number, piece in enumerate(pieces, 1):
        cut.app_sent(body(piece, more_body=number < len(pieces)))
    for exchange in (whole, cut):
        exchange.app_returned()

    assert ids(cut.findings) == ids(whole.findings)
    assert (cut.state, cut.sent_bytes, cut.response_complete) == (
        whole.state,
        whole.sent_bytes,
        whole.response_complete,
    )
    assert all(finding.level is not Level.INFO for finding in cut.findings)
