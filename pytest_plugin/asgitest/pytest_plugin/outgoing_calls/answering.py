"""What a test says about outgoing calls: which it expects, what they get, and which app receives them.

Depends on: ``call``; the test client, where an app receives.
"""

from __future__ import annotations

import collections
import contextlib
import difflib
import json
import threading
from typing import TYPE_CHECKING, Any, Literal

from asgitest.pytest_plugin.outgoing_calls.call import Answer, Failure, OutgoingCall, matches, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["OPEN_ORIGINS", "Expectation", "Outgoing", "Receiver"]

# pytest leaves these frames out: a traceback ends at the line of the app that made the call.
__tracebackhide__ = True

# These say how a body was written on the wire, where none of it is any more.
_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
_WAITED_SECONDS = 30.0


class Receiver:
    """An ASGI app that receives calls. What it does is no traffic of the app under test.

    Args:
        app: The app.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the app."""
        await self.app(scope, receive, send)


class Expectation:
    """A kind of call that a test expects: where it goes, and what it gets.

    Args:
        method: In upper case; ``None`` takes any.
        url: Absolute, without a query if any will do; may hold the wildcards of `fnmatch`.
        respond: Gives the answer.
        times: How often it must come; ``None`` is once or more.
        optional: Whether it need not come.
        webhook: Of the app's document.
    """

    def __init__(
        self,
        url: str,
        respond: Callable[[OutgoingCall], Answer],
        *,
        method: str | None,
        times: int | None,
        optional: bool,
        webhook: str | None,
    ) -> None:
        self.method = method.upper() if method is not None else None
        self.url = url
        self.respond = respond
        self.times = times
        self.optional = optional
        self.webhook = webhook
        self.calls: list[OutgoingCall] = []

    def matches(self, call: OutgoingCall) -> bool:
        """Whether *call* is one of these, and not one too many."""
        if self.method not in {None, call.method} or (self.times is not None and len(self.calls) >= self.times):
            return False
        return matches(self.url, call.url)

    def complaint(self) -> str | None:
        """What is wrong at the end of the test; ``None`` if nothing is."""
        if self.optional or (self.calls if self.times is None else len(self.calls) == self.times):
            return None
        if self.calls:
            return f"{self} happened {len(self.calls)} of the {self.times} times that were expected"
        return f"{self} was expected and never happened"

    def __str__(self) -> str:
        return f"{self.method or 'any method'} {self.url}"


class Outgoing:
    """The outgoing calls of one test."""

    def __init__(self) -> None:
        self.calls: list[OutgoingCall] = []
        """Every call, in the order in which they were made."""
        self._expectations: list[Expectation] = []
        self._receivers: dict[str, Any] = {}
        self._open: set[str] = set()
        self._stack = contextlib.ExitStack()
        self._lock = threading.Lock()

    # What a test says -------------------------------------------------------------------------------------------

    def route(self, origin: str, app: Any, *, webhook: str | None = None) -> None:
        """Let an ASGI app receive the calls to *origin*; its lifespan runs until the end of the test.

        Args:
            origin: Such as ``https://partner.example``.
            app: The receiver.
            webhook: The webhook of the document that these calls are.
        """
        from asgitest.testclient import TestClient  # noqa: PLC0415  only a receiver needs it

        client = TestClient(
            Receiver(app), base_url=origin_of(origin), raise_server_exceptions=False, follow_redirects=False
        )
        self._stack.enter_context(client)
        self._receivers[origin_of(origin)] = (client, webhook)

    def answer(
        self,
        url: str,
        *,
        method: str | None = None,
        status: int = 200,
        json: Any = None,
        text: str | None = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        error: Literal["connect", "timeout"] | BaseException | None = None,
        call: Callable[[OutgoingCall], Any] | None = None,
        times: int | None = None,
        optional: bool = False,
        webhook: str | None = None,
    ) -> Expectation:
        """Answer calls to *url*, and fail the test if none comes. What was said last counts first.

        Args:
            url: Absolute; without a query it takes any; ``*`` stands for anything.
            method: ``None`` takes any.
            status: Of the answer.
            json: Its body, as JSON.
            text: Its body, as text.
            content: Its body, as bytes.
            headers: Its headers.
            error: ``"connect"`` or ``"timeout"`` raises what the library raises then; an exception is raised as it is.
            call: Called with the call instead; returns the JSON of the answer, or an `Answer`.
            times: How many calls there must be; ``None`` is one or more.
            optional: Whether there may be none.
            webhook: The webhook of the app's document that these calls are; its schema is checked.

        Returns:
            The expectation; its ``calls`` are those that came.
        """
        answer = _build_answer(status, json, text, content=content, headers=headers or {})

        def respond(made: OutgoingCall) -> Answer:
            if isinstance(error, BaseException):
                raise error
            if error is not None:
                raise Failure(error, f"asgi_outgoing: {made} fails, as the test says ({error})")
            if call is None:
                return answer
            given = call(made)
            return given if isinstance(given, Answer) else _build_answer(status, given, None, headers=headers or {})

        expectation = Expectation(url, respond, method=method, times=times, optional=optional, webhook=webhook)
        self._expectations.insert(0, expectation)
        return expectation

    def let_through(self, origin: str) -> None:
        """Let calls to *origin* go over the network."""
        self._open.add(origin_of(origin))

    def calls_to(self, url: str) -> list[OutgoingCall]:
        """The calls to a URL, which is compared as that of an answer is."""
        return [call for call in self.calls if matches(url, call.url)]

    # What the hooks ask -----------------------------------------------------------------------------------------

    def catches(self, url: str) -> bool:
        """Whether a call to *url* is caught."""
        try:
            return origin_of(url) not in self._open | OPEN_ORIGINS
        except ValueError:
            return True

    def take(self, call: OutgoingCall) -> Answer:
        """Record *call* and answer it. May be called in any thread; may block.

        Raises:
            Failure: If the call shall fail, or nobody expects it.
        """
        with self._lock:
            self.calls.append(call)
            expectation = next((one for one in self._expectations if one.matches(call)), None)
            if expectation is not None:
                expectation.calls.append(call)
                call.webhook = expectation.webhook
        if expectation is not None:
            call.answer = expectation.respond(call)
            return call.answer
        client, call.webhook = self._receivers.get(call.origin, (None, None))
        if client is None:
            call.expected = False
            raise Failure("connect", f"asgi_outgoing: nobody answers {call}{self._hint(call)}")
        call.answer = _ask(client, call)
        return call.answer

    def _hint(self, call: OutgoingCall) -> str:
        known = [str(one) for one in self._expectations] + [f"any method {origin}/*" for origin in self._receivers]
        near = difflib.get_close_matches(str(call), known, n=1, cutoff=0.5)
        return f"; near to it is {near[0]}" if near else ""

    # The end ----------------------------------------------------------------------------------------------------

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong at the end of a test: calls that nobody expected, and calls that never came."""
        unexpected = collections.Counter(str(call) for call in self.calls if not call.expected)
        for call in {str(call): call for call in self.calls if not call.expected}.values():
            count = unexpected[str(call)]
            times = f" ({count} times)" if count > 1 else ""
            yield f"{call} was not expected{times}{self._hint(call)}\n  do:    asgi_outgoing.answer({call.url!r})"
        yield from filter(None, (one.complaint() for one in reversed(self._expectations)))

    def close(self) -> None:
        """Stop the receivers."""
        self._stack.close()


OPEN_ORIGINS: set[str] = set()
"""Servers of our own, which clients of the test talk to over sockets."""


def _build_answer(
    status: int, document: Any, text: str | None, *, content: bytes = b"", headers: Mapping[str, str]
) -> Answer:
    """An answer with one of three bodies."""
    given = tuple(headers.items())
    named = {name.lower() for name in headers}
    if text is not None:
        content, kind = text.encode(), "text/plain; charset=utf-8"
    elif document is not None:
        content, kind = json.dumps(document).encode(), "application/json"
    else:
        kind = ""
    if kind and "content-type" not in named:
        given = (*given, ("content-type", kind))
    return Answer(status=status, headers=given, content=content)


def _ask(client: Any, call: OutgoingCall) -> Answer:
    """Let a receiver answer; what it raises comes out as it is."""
    response = client.request(
        call.method,
        call.url,
        content=call.content,
        headers=[(name, value) for name, value in call.headers if name not in _WIRE],
        timeout=_WAITED_SECONDS,
    )
    kept = tuple((name, value) for name, value in response.headers.multi_items() if name not in _WIRE)
    return Answer(status=int(response.status_code), headers=kept, content=response.content)
