"""The quick way that usual messages take through an HTTP exchange comes to the same as the thorough way."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from asgitest.testclient.asgi import HTTPExchange, build_http_scope
from tests.testclient.asgi.thoroughness import examples


class Thorough(dict[Any, Any]):
    """A dict that is none exactly: the quick way leaves it to the thorough one."""


TYPE, THREE, SIX = (b"content-type", b"text/plain"), (b"content-length", b"3"), (b"content-length", b"6")
USUAL_FIELDS = st.sampled_from([[], [TYPE], [THREE], [THREE, TYPE], [SIX]])
FIELDS = st.lists(
    st.sampled_from(
        [
            TYPE,
            THREE,
            SIX,
            (b"x-usual", b"1"),
            (b"X-Upper", b"1"),
            (b"connection", b"close"),
            ["x-list", "text"],
            [b"x-list", b"1"],
        ]
    ),
    max_size=3,
)
STARTS = st.fixed_dictionaries(
    {
        "type": st.just("http.response.start"),
        "status": st.sampled_from([200, 200, 200, 200, 200, 200, 204, 205, 304, 200.0, True]),
        "headers": st.one_of(USUAL_FIELDS, USUAL_FIELDS, USUAL_FIELDS, FIELDS, FIELDS.map(tuple), st.none()),
    },
    optional={"trailers": st.booleans()},
)
BODIES = st.fixed_dictionaries(
    {"type": st.just("http.response.body"), "body": st.sampled_from([b"", b"abc", b"abc", bytearray(b"abc"), "abc"])},
    optional={"more_body": st.sampled_from([True, True, False, False, 1, None]), "other": st.just(1)},
)
TRAILERS = st.just({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})
USUAL_STARTS = st.fixed_dictionaries(
    {"type": st.just("http.response.start"), "status": st.just(200), "headers": USUAL_FIELDS},
    optional={"trailers": st.sampled_from([True])},
)
USUAL_BODIES = st.fixed_dictionaries(
    {"type": st.just("http.response.body"), "body": st.sampled_from([b"abc", b""])},
    optional={"more_body": st.booleans()},
)
FIRST = st.one_of(USUAL_STARTS, USUAL_STARTS, USUAL_STARTS, STARTS, BODIES)
REST = st.lists(st.one_of(USUAL_BODIES, USUAL_BODIES, USUAL_BODIES, BODIES, STARTS, TRAILERS), min_size=1, max_size=4)
MESSAGES = st.builds(lambda first, rest: [first, *rest], FIRST, REST)
SCOPES = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "HEAD"]),
        "http_version": st.sampled_from(["1.1", "1.1", "2"]),
        "extensions": st.sampled_from([{}, {"http.response.trailers": {}}]),
    }
)


@settings(max_examples=examples(40, full=20_000), deadline=None)
@given(scope=SCOPES, messages=MESSAGES, leaves_after=st.sampled_from([9, 9, 0, 1, 2]))
def test_usual_messages_are_judged_as_thoroughly_as_others(
    scope: dict[str, Any], messages: list[dict[str, Any]], leaves_after: int
) -> None:
    converse(scope, messages, leaves_after, checks=False)  # what nobody has checked is not faultless

    thorough = converse(scope, [Thorough(message) for message in messages], leaves_after)

    for _ in range(2):  # the second time the fields are known to be faultless
        assert converse(scope, messages, leaves_after) == thorough


def converse(scope: dict[str, Any], messages: list[Any], leaves_after: int, *, checks: bool = True) -> dict[str, Any]:
    """Lead a conversation, and tell all that can be seen of the exchange after each of its steps."""
    exchange = HTTPExchange(build_http_scope(**scope), checks=checks)
    exchange.client_sent(b"", more=False)
    exchange.next_message()
    steps: list[Any] = []
    for number, message in enumerate(messages):
        if number == leaves_after:
            exchange.client_disconnected()
        flowing = exchange.flows and type(message) is dict and flows_on(message)
        if flowing:
            exchange.take_chunks([message["body"]])
        findings = () if flowing else exchange.app_sent(message)
        steps.append([*map(told, findings), *seen(exchange)])
    return {"steps": steps, "end": [*map(told, exchange.app_returned()), *seen(exchange)]}


def flows_on(message: dict[str, Any]) -> bool:
    """Whether a message is one that a shell takes by itself while a response flows."""
    usual = len(message) == 3 and message["type"] == "http.response.body" and type(message.get("body")) is bytes
    return usual and message.get("more_body") is True


def told(finding: Any) -> str:
    """What a finding says."""
    return f"{finding.rule.id} {finding.level} {finding.index} {finding.detail}"


def seen(exchange: HTTPExchange) -> list[str]:
    """What a shell can see of an exchange, and the limits it keeps."""
    names = ("state", "status", "headers", "chunk", "file", "sent_bytes", "response_started", "response_complete")
    hidden = ("trailers_expected", "_expects_body", "_limit", "_doubted", "_promised")
    return [f"{name}={getattr(exchange, name)!r}" for name in (*names, *hidden)] + [exchange.trace.render()]
