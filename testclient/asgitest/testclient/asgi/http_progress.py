"""The state of one HTTP response, and the quick way of the messages that nearly all responses consist of.

A start whose header fields were faultless before, a body message with nothing wrong: each is taken in one look, and
comes to the same as on the thorough way, which a test compares.

Source: ASGI ``www``, HTTP.
Depends on: exchange, http_table, kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.exchange import Exchange
from asgitest.testclient.asgi.http_table import HTTP_TABLE, HTTPInput, HTTPState
from asgitest.testclient.asgi.kinds import class_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.trace import Message

__all__ = ["NO_LIMIT", "Faultless", "HTTPProgress", "remember_faultless"]

NO_LIMIT = 1 << 62
# Under names of their own: to look a member of an enum up in its class takes longer than all else in the quick way.
_WAITING, _GONE = HTTPState.WAITING, HTTPState.GONE
_START, _MORE, _LAST = HTTPInput.START, HTTPInput.MORE, HTTPInput.LAST


class Faultless:
    """A status and header fields that were sent without a fault.

    Args:
        limit: How many bytes they allow the body.
    """

    __slots__ = ("front", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.front: Any = None
        """What a front has made of the fields, to be used again for the next response that has them."""


# They are remembered because tests get the same headers again and again.
_faultless: dict[tuple[Any, ...], Faultless] = {}
_MAX_FAULTLESS = 512


def remember_faultless(status: int | None, fields: list[Any], length: int | None) -> None:
    """Remember a start without a fault."""
    if len(_faultless) >= _MAX_FAULTLESS:
        _faultless.clear()
    _faultless[status, *fields] = Faultless(NO_LIMIT if length is None else length)


class HTTPProgress(Exchange):
    """How far a request and its response have come.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    protocol = "http"
    noun = "the response"
    table = HTTP_TABLE

    # What a conversation begins with stands in the class: most of it stays so to the end.
    state: HTTPState = HTTPState.WAITING
    status: int | None = None
    headers: Sequence[tuple[bytes, bytes]] = ()
    faultless: Faultless | None = None
    """What is known of the start, if it was sent without a fault before."""
    chunk = b""
    file: Message | None = None
    response_started = False
    response_complete = False
    trailers_expected = False
    trailers: list[tuple[bytes, bytes]] | tuple[()] = ()
    informational: Sequence[list[bytes]] = ()
    pushes: Sequence[dict[str, Any]] = ()
    debug: dict[str, Any] | None = None
    disconnected = False
    sent_bytes = 0
    flows = False
    """Whether the last message was a chunk without a fault of a body without a limit: so is the next if it looks so."""
    _disconnects = 0
    _expects_body = True
    _limit = NO_LIMIT
    _promised = False

    _requests: list[Message] | None = None

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        if self.take_usual(message):
            return ()
        self.chunk = b""
        self.file = None
        self.flows = False
        return self._take(message)

    def take_usual(self, message: Any) -> bool:
        """Take a message of the app if it is a usual one, without a fault.

        Returns:
            Whether it was taken; else nothing has happened, and it is to be given to `app_sent`.
        """
        if class_of(message) is not dict or self._doubted is not None or self._pending or self._ended:
            return False
        try:
            if self.state is _WAITING:
                return self._take_usual_start(message)
            return self._take_usual_body(message)
        except Exception:  # noqa: BLE001 - a key of the app's that is not there, or raises; `app_sent` says so
            return False

    def _take_usual_start(self, message: Message) -> bool:
        """Take a start of three keys with header fields that were faultless before; `_read_start` comes to the same."""
        status, fields = message["status"], message["headers"]
        if len(message) != 3 or message["type"] != "http.response.start" or class_of(fields) is not list:  # noqa: PLR2004
            return False
        known = _faultless[status, *fields]
        step = self.table[_WAITING, _START]
        if type(status) is not int or step.rule is not None or self.scope["http_version"] != "1.1":
            return False
        for name, value in fields:
            if type(name) is not bytes or type(value) is not bytes:
                return False  # a memoryview is equal to its bytes
        copy, copied = message.copy(), fields[:]
        self.faultless = known
        self.status = status
        self.headers = copied
        self.trace.add("<-", copy)
        if self._keeping is not None:
            self._keeping.sent = [("http.response.start", message, copy), ("headers", fields, copied)]
        self.state = step.state
        self.response_started = True
        self._expects_body = self.scope.get("method") != "HEAD"
        self._limit = known.limit if self._expects_body else NO_LIMIT
        return True

    def _take_usual_body(self, message: Message) -> bool:
        """Take a body message without a fault; `_read_body` comes to the same."""
        body = message["body"]
        more = message["more_body"] if len(message) == 3 else False  # noqa: PLR2004
        if message["type"] != "http.response.body" or type(body) is not bytes or len(message) > 3:  # noqa: PLR2004
            return False
        size = self.sent_bytes + len(body)
        if more is True:
            step = self.table[self.state, _MORE]
            fits = size <= self._limit
        else:
            step = self.table[self.state, _LAST]
            fits = more is False and self._limit in (size, NO_LIMIT) and not self.trailers_expected
        if not fits or step.rule is not None or step.state is _GONE or not self._expects_body:
            return False
        self.trace.add("<-", message.copy())
        self.state = step.state
        self.sent_bytes = size
        self.chunk = body
        self.file = None
        self.flows = more is True and self._limit == NO_LIMIT
        self.response_complete = more is False
        return True

    def take_chunks(self, chunks: Sequence[bytes]) -> None:
        """Take the bodies of messages that came while the response `flows`: long streams consist of them.

        Args:
            chunks: Of messages of three keys, after each of which more was to follow.
        """
        self.sent_bytes += sum(map(len, chunks))
        self.chunk = chunks[-1]
        self.trace.add_chunks(chunks)
