"""The state of one HTTP response, and the quick way of the messages that nearly all responses consist of.

A start whose header fields were faultless before, a body message with nothing wrong: each is taken in one look, and
comes to the same as on the thorough way, which a test compares.

Source: ASGI ``www``, HTTP.
Depends on: exchange, http_table, kinds, profiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.exchange import Exchange
from asgitest.testclient.asgi.http_table import HTTP_TABLE, HTTPInput, HTTPState
from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.asgi.profiles import UVICORN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["NO_LIMIT", "HTTPProgress", "remember_faultless"]

NO_LIMIT = 1 << 62
_WAITING, _GONE = HTTPState.WAITING, HTTPState.GONE

# Status and header fields that were sent before without a fault, and how many bytes they allow the body.
_faultless: dict[tuple[Any, ...], int] = {}
_MAX_FAULTLESS = 512


def remember_faultless(status: int | None, fields: list[Any], length: int | None) -> None:
    """Remember a start without a fault: tests get the same headers again and again."""
    if len(_faultless) >= _MAX_FAULTLESS:
        _faultless.clear()
    _faultless[status, *fields] = NO_LIMIT if length is None else length


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

    __slots__ = (
        "_disconnects",
        "_expects_body",
        "_lent",
        "_limit",
        "_promised",
        "_requests",
        "chunk",
        "debug",
        "disconnected",
        "file",
        "flows",
        "headers",
        "informational",
        "pushes",
        "response_complete",
        "response_started",
        "sent_bytes",
        "status",
        "trailers",
        "trailers_expected",
    )

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        super().__init__(scope, profile=profile, checks=checks)
        self.state: HTTPState = HTTPState.WAITING
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.chunk = b""
        self.response_started = False
        self.response_complete = False
        self.trailers_expected = False
        self.trailers: list[tuple[bytes, bytes]] = []
        self.informational: list[list[bytes]] = []
        self.pushes: list[dict[str, Any]] = []
        self.debug: dict[str, Any] | None = None
        self.file: Message | None = None
        self.disconnected = False
        self.sent_bytes = 0
        self._requests: list[Message] = []
        self._disconnects = 0
        self._expects_body = True
        self._lent: Sequence[Any] = ()
        self._limit = NO_LIMIT
        self._promised = False
        self.flows = False
        """Whether the last message was a chunk without a fault, so that all that counts is whether the next is one."""

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        self.chunk = b""
        self.file = None
        self.flows = False
        if class_of(message) is dict and self._doubted is None and not self._pending and not self._ended:
            try:
                usual = self._take_usual_start if self.state is _WAITING else self._take_usual_body
                if usual(message):
                    return ()
            except Exception:  # noqa: BLE001, S110 - a key of the app's that is not there, or raises; that is said below
                pass
        return self._take(message)

    def _take_usual_start(self, message: Message) -> bool:
        """Take a start of three keys with header fields that were faultless before; `_read_start` comes to the same."""
        status, fields = message["status"], message["headers"]
        if len(message) != 3 or message["type"] != "http.response.start" or class_of(fields) is not list:  # noqa: PLR2004
            return False
        limit = _faultless[status, *fields]
        step = self.table[_WAITING, HTTPInput.START]
        scope = self.scope
        if type(status) is not int or step.rule is not None or scope["http_version"] != "1.1":
            return False
        for name, value in fields:
            if type(name) is not bytes or type(value) is not bytes:
                return False  # a memoryview is equal to its bytes
        self.trace.add("<-", message.copy())
        self.state = step.state
        self.status, self.headers = status, fields[:]
        if self._keeping is not None:
            self._keeping.keep("http.response.start", message)
            self._keeping.keep("headers", fields)
        self.response_started = True
        self._expects_body = scope.get("method") != "HEAD"
        self._limit = limit if self._expects_body else NO_LIMIT
        return True

    def _take_usual_body(self, message: Message) -> bool:
        """Take a body message without a fault; `_read_body` comes to the same."""
        body = message["body"]
        more = message["more_body"] if len(message) == 3 else False  # noqa: PLR2004
        if message["type"] != "http.response.body" or type(body) is not bytes or len(message) > 3:  # noqa: PLR2004
            return False
        size = self.sent_bytes + len(body)
        if more is True:
            step = self.table[self.state, HTTPInput.MORE]
            fits = size <= self._limit
        else:
            step = self.table[self.state, HTTPInput.LAST]
            fits = more is False and self._limit in (size, NO_LIMIT) and not self.trailers_expected
        if not fits or step.rule is not None or step.state is _GONE or not self._expects_body:
            return False
        self.trace.add("<-", message.copy())
        self.state = step.state
        self.sent_bytes = size
        self.chunk = body
        self.flows = more is True
        self.response_complete = more is False
        return True

    def take_chunk(self, message: Any) -> bool:
        """Take a body message after which more follow, while the response `flows`: long streams consist of them.

        Returns:
            Whether it was one, and was taken; else it is to be given to `app_sent`.
        """
        try:
            body = message["body"]
            size = self.sent_bytes + len(body)
            if (
                class_of(message) is not dict
                or len(message) != 3  # noqa: PLR2004
                or message["more_body"] is not True
                or message["type"] != "http.response.body"
                or type(body) is not bytes
                or size > self._limit
                or self._ended
            ):
                return False
        except Exception:  # noqa: BLE001 - a key of the app's that is not there, or raises; `app_sent` says so
            return False
        self.trace.add("<-", message.copy())
        self.sent_bytes = size
        self.chunk = body
        return True
