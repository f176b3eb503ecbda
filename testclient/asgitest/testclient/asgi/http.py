"""One HTTP request and its response.

Source: ASGI ``www``, HTTP; ASGI extensions.
Depends on: exchange, extensions, findings, headers, http_progress, http_table, profiles, rules, shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from asgitest.testclient.asgi.exchange import is_error
from asgitest.testclient.asgi.extensions import (
    is_open,
    read_debug,
    read_hint,
    read_path,
    read_push,
    read_trailers,
    read_zerocopy,
)
from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.headers import check_announced, content_length
from asgitest.testclient.asgi.http_progress import NO_LIMIT, HTTPProgress, remember_faultless
from asgitest.testclient.asgi.http_table import HTTPInput, HTTPState
from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.shapes import is_multiplexed, read_body, read_more, read_start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.trace import Message

__all__ = ["HTTPExchange", "HTTPState"]

_BODILESS, _RESET_CONTENT = frozenset({204, 304}), 205
_WITHOUT_BODY = _BODILESS | {_RESET_CONTENT}
_REPEATS = 1000
_STARTED, _STREAMING, _GONE = HTTPState.STARTED, HTTPState.STREAMING, HTTPState.GONE
_RETURNED = HTTPInput.RETURNED


class HTTPExchange(HTTPProgress):
    """One HTTP request and its response, as the server sees them.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    # The client's side --------------------------------------------------------------------------------------------

    def client_sent(self, body: bytes, more: bool) -> None:
        """Make a part of the request's body available.

        Args:
            body: Its bytes.
            more: Whether another part follows.
        """
        events = self.profile.body_events
        if self._requests is None:
            self._requests = []
        if events == "merged":
            self._requests.append({"type": "http.request", "body": body, "more_body": more})
            return
        size = self.profile.piece_bytes if events == "pieces" else len(body) or 1
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        if events == "final-empty" and not more:
            parts.append(b"")
        parts = parts or [b""]
        for number, part in enumerate(parts, 1):
            self._requests.append({"type": "http.request", "body": part, "more_body": more or number < len(parts)})

    def client_disconnected(self) -> None:
        """The client has left, whether or not it was answered."""
        self.flows = False
        if not self.disconnected:
            self.disconnected = True
            self.trace.add("--", "the client disconnected")
        self.state = self.table[self.state, HTTPInput.LEFT].state

    def next_message(self) -> Message | None:
        """What ``receive()`` returns now.

        Returns:
            A message; ``None`` if the app has to wait for the client.

        Source: ASGI ``www``, Request and Disconnect.
        """
        message: Message
        if self._requests:
            message = self._requests.pop(0)
        elif self.disconnected or self.response_complete:
            if self._disconnects and (
                self.profile.receive_after_disconnect == "block" or self._disconnects >= _REPEATS
            ):
                return None
            self._disconnects += 1
            message = {"type": "http.disconnect"}
        else:
            return None
        self.trace.add("->", message.copy())
        return message

    def _received(self, message: Message) -> None:
        if message.get("type") == "http.disconnect" and not self.response_complete:
            self.client_disconnected()

    # The app's side -----------------------------------------------------------------------------------------------

    def _read_start(self, message: Message, problems: list[Problem]) -> None:
        found: list[Problem] = []
        status, fields = read_start(message, found, multiplexed=is_multiplexed(self.scope))
        trailers = read_more(message, "trailers", "ASGI-HTTP-020", problems=found)
        if self.checks:
            problems += found
        if not self._move(HTTPInput.START, message, problems) or self.state is not _STARTED:
            return
        self.status = status or 500
        self.headers = fields.pairs
        given: Any = message.get("headers")
        if self._keeping is not None:
            self._keeping.keep("http.response.start", message, message.copy())
            if class_of(given) is list:
                self._keeping.keep("headers", given, given[:])
        self.response_started = True
        self._promised = trailers
        self.trailers_expected = trailers and "http.response.trailers" in self._offered
        if self.trailers_expected:
            self.trailers = []  # the one that whoever reads the response is given before they come
        self.sent_bytes = 0
        length = content_length(fields.special) if fields.special else None
        if not (found or problems or self._pending) and class_of(given) is list and status not in _WITHOUT_BODY:
            remember_faultless(status, fields.pairs, length)
        self._expects_body = status not in _WITHOUT_BODY and self.scope.get("method") != "HEAD"
        self._limit = NO_LIMIT if length is None or not self._expects_body else length

    def _read_body(self, message: Message, problems: list[Problem]) -> None:
        found: list[Problem] = []
        body, more = read_body(message, found)
        if class_of(message.get("body")) is bytearray and self._keeping is not None:
            self._keeping.keep("body", message["body"], message["body"][:])
        if any(is_error(problem) for problem in found):
            self._limit = NO_LIMIT  # nobody knows how long the body was meant to be
        if self.checks:
            problems += found
        if self._move(HTTPInput.MORE if more else HTTPInput.LAST, message, problems) and self.state is not _GONE:
            if body:
                self._add_body(body, problems)
            if not more:
                self._complete(problems)

    def _add_body(self, body: bytes, problems: list[Problem]) -> None:
        if self._expects_body:
            self.chunk = body
            self._count(len(body), problems)
        elif self.checks:
            problems.append(_unexpected_body(self.status, f"{len(body)} bytes"))

    def _count(self, size: int, problems: list[Problem]) -> None:
        before = self.sent_bytes
        self.sent_bytes = before + size
        if self.sent_bytes > self._limit >= before and self.checks:
            detail = f"content-length says {self._limit} bytes, but the body has {self.sent_bytes} by now"
            problems.append(Problem("ASGI-HTTP-027", detail, "content-length"))

    def _complete(self, problems: list[Problem]) -> None:
        """The body is complete: see whether it is, and whether trailers follow."""
        if self.sent_bytes < self._limit != NO_LIMIT and self.state is HTTPState.COMPLETE and self.checks:
            self._too_short(problems)
        if self.trailers_expected:
            self.state = HTTPState.TRAILING
        else:
            self.response_complete = True

    def _too_short(self, problems: list[Problem]) -> None:
        detail = f"content-length says {self._limit} bytes, but the body has only {self.sent_bytes}"
        problems.append(Problem("ASGI-HTTP-027", detail, "content-length"))

    def _read_zerocopy(self, message: Message, problems: list[Problem]) -> None:
        readable, more = read_zerocopy(message, problems)
        if readable and all(message["file"] is not lent for lent in self._lent):
            self._lent = [*self._lent, message["file"]]
        if self._move(HTTPInput.MORE if more else HTTPInput.LAST, message, problems):
            self._add_file(message if readable else None, problems, complete=not more)

    def _read_path(self, message: Message, problems: list[Problem]) -> None:
        readable = read_path(message, problems)
        if self._move(HTTPInput.FILE, message, problems):
            self._add_file(message if readable else None, problems, complete=True)

    def _add_file(self, message: Message | None, problems: list[Problem], *, complete: bool) -> None:
        if self.state is _GONE:
            return
        if self.status in _WITHOUT_BODY and self.checks:
            problems.append(_unexpected_body(self.status, "a file"))
        self.file = message if self._expects_body else None
        if message is None:
            self._limit = NO_LIMIT  # nobody knows how long the file was meant to be
        if complete and self.trailers_expected:
            self.state = HTTPState.TRAILING
        elif complete:
            self.response_complete = True

    def file_sent(self, size: int) -> Sequence[Finding]:
        """Record how many bytes the file of the last message had.

        Args:
            size: In bytes.
        """
        problems: list[Problem] = []
        self._count(size, problems)
        if self.sent_bytes < self._limit != NO_LIMIT and self.state not in {_STARTED, _STREAMING} and self.checks:
            self._too_short(problems)
        return self._place(problems, self.trace.count)

    def file_missing(self, path: Any) -> Sequence[Finding]:
        """Record that the file of the last message cannot be opened.

        Args:
            path: As the app gave it.
        """
        detail = f"a path send names a file that exists, but {show(path)} cannot be opened"
        return self._place([Problem("ASGI-EXT-004", detail, "path")], self.trace.count)

    def _read_trailers(self, message: Message, problems: list[Problem]) -> None:
        fields, more = read_trailers(message, problems)
        item = HTTPInput.MORE_TRAILERS if more else HTTPInput.LAST_TRAILERS
        if self._move(item, message, problems) and self.state is not _GONE:
            if not problems and self.checks:
                check_announced(fields, self.headers, problems)
            if isinstance(self.trailers, list):  # they were promised, or there would be no state to take them in
                self.trailers += fields
            self.response_complete = self.state is HTTPState.COMPLETE

    def _read_push(self, message: Message, problems: list[Problem]) -> None:
        fields = read_push(message, problems)
        if self._move(HTTPInput.PUSH, message, problems) and self.state is not _GONE:
            self.pushes = [*self.pushes, {"path": message.get("path"), "headers": fields}]

    def _read_hint(self, message: Message, problems: list[Problem]) -> None:
        links = read_hint(message, problems)
        if self._move(HTTPInput.EARLY_HINT, message, problems) and self.state is not _GONE:
            self.informational = [*self.informational, links]

    def _read_debug(self, message: Message, problems: list[Problem]) -> None:
        info = read_debug(message, problems)
        if self._move(HTTPInput.DEBUG, message, problems) and self.state is not _GONE:
            if self.debug is None:
                self.debug = info
            elif all(one.rule_id != "ASGI-EXT-007" for one in problems):
                problems.append(Problem("ASGI-EXT-007", "debug is sent once, but this is another", "debug"))

    readers: ClassVar[Mapping[str, Any]] = {
        "http.response.start": _read_start,
        "http.response.body": _read_body,
        "http.response.zerocopysend": _read_zerocopy,
        "http.response.pathsend": _read_path,
        "http.response.trailers": _read_trailers,
        "http.response.push": _read_push,
        "http.response.early_hint": _read_hint,
        "http.response.debug": _read_debug,
    }

    def _out_of_order(self, rule_id: str, message: Message) -> Problem:
        """Say what came too early, too late or twice."""
        kind = message["type"]
        status = f" (status {show(message['status'])})" if "status" in message else ""
        second = "a second " if rule_id == "ASGI-HTTP-002" else ""
        detail = f"{RULES[rule_id].title}, but message {self.trace.count} is {second}{kind}{status}"
        return Problem(rule_id, detail if second else f"{detail} while the response is {self.state}", kind)

    # The end ------------------------------------------------------------------------------------------------------

    def _returned(self, problems: list[Problem]) -> None:
        step = self.table[self.state, _RETURNED]
        rule_id = step.rule
        if rule_id is None and self._promised and not self.trailers_expected and self.state is not _GONE:
            rule_id = "ASGI-EXT-006"  # promised to a server that does not offer them, and not sent either
        if rule_id is not None and not self._refused:
            detail = f"{RULES[rule_id].title}, but the app returned while the response was {self.state}"
            problems.append(Problem(rule_id, detail, "return"))
        self.state = step.state

    def _judge_lent(self, problems: list[Problem]) -> None:
        if self.checks and not self._refused and any(is_open(file) for file in self._lent):
            detail = "the app closes the file of a zero-copy send itself, but it was open when the app ended"
            problems.append(Problem("ASGI-EXT-003", detail, "open", Level.INFO))
        self._lent = ()


def _unexpected_body(status: int | None, what: str) -> Problem:
    """Say that a body was sent where none may be."""
    if status in _BODILESS:
        return Problem("ASGI-HTTP-029", f"a {status} has no body, but this one has {what}", "body")
    if status == _RESET_CONTENT:
        return Problem("ASGI-HTTP-031", f"a 205 has no content, but this one has {what}", "body")
    return Problem("ASGI-HTTP-028", f"the response to HEAD has a body of {what}, which the server drops", "body")
