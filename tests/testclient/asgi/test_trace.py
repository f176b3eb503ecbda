"""The record of a conversation: what is kept of it, and how it reads."""

from __future__ import annotations

import pytest

from asgitest.testclient.asgi import Trace
from tests.testclient.asgi.builders import body, start


class Hostile:
    """An object that raises whatever is done with it."""

    def __getattribute__(self, name: str) -> object:
        raise LookupError(name)

    def __bool__(self) -> bool:
        raise LookupError


def trace_of(*entries: tuple[str, object]) -> Trace:
    trace = Trace({"type": "http"})
    for mark, entry in entries:
        trace.add(mark, entry)  # type: ignore[arg-type]
    return trace


def test_a_conversation_reads_line_by_line() -> None:
    trace = trace_of(
        ("->", {"type": "http.request", "body": b"x" * 12, "more_body": False}),
        ("<-", start()),
        ("<-", body(b"hello", more_body=True)),
        ("--", "the client disconnected"),
        ("<-", [1, 2]),
        ("->", {"type": "websocket.receive", "text": "hey"}),
        ("<-", {"type": "websocket.close", "code": 1000, "reason": "bye"}),
    )

    assert trace.render(broken=5).splitlines() == [
        "  #1 -> http.request          12 bytes, last",
        "  #2 <- http.response.start   200",
        "  #3 <- http.response.body    5 bytes, more",
        "  #4 -- the client disconnected",
        "  #5 <- [1, 2]          broken here",
        "  #6 -> websocket.receive     3 characters",
        "  #7 <- websocket.close       code 1000, reason 'bye'",
    ]


def test_only_the_last_lines_are_shown_where_that_is_wanted() -> None:
    trace = trace_of(*[("<-", body())] * 5)

    assert len(trace.render(last=2).splitlines()) == 2
    assert trace.render(last=0) == ""


def test_a_long_conversation_keeps_its_ends() -> None:
    """A stream does not stay in memory."""
    trace = trace_of(*[("<-", body(str(number).encode())) for number in range(1000)])

    assert (trace.count, trace.omitted, len(trace.messages)) == (1000, 936, 64)
    assert [message["body"] for message in trace.messages][31:33] == [b"31", b"968"]
    assert "  ... 936 more ..." in trace.render().splitlines()


@pytest.mark.parametrize("before", [0, 10, 40])
@pytest.mark.parametrize("count", [1, 32, 40, 64, 65, 1000])
def test_chunks_that_are_added_together_are_kept_as_if_added_one_by_one(before: int, count: int) -> None:
    """Long streams are counted when they end."""
    chunks = [str(number).encode() for number in range(count)]
    one_by_one, together = trace_of(*[("<-", start())] * before), trace_of(*[("<-", start())] * before)
    for chunk in chunks:
        one_by_one.add("<-", body(chunk, more_body=True))

    together.add_chunks(chunks)

    assert list(together.numbered()) == list(one_by_one.numbered())
    assert together.count == one_by_one.count


def test_what_is_no_message_is_shown_among_the_messages() -> None:
    trace = trace_of(("<-", None), ("--", "the app returned"))

    assert trace.messages == [{"type": "None"}]


def test_values_that_raise_do_not_keep_a_conversation_from_being_shown() -> None:
    """A report about a broken message shows that message."""
    trace = trace_of(("<-", body(Hostile())), ("<-", {"type": "websocket.close", "code": Hostile()}), ("<-", Hostile()))

    assert trace.render().splitlines()[:2] == [
        "  #1 <- http.response.body    (it cannot be shown)",
        "  #2 <- websocket.close       (it cannot be shown)",
    ]
    assert len(trace.messages) == 3
