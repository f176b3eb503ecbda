"""One HTTP request and its response, as a table of states.

Source: ASGI ``www``, HTTP; ASGI extensions.
Depends on: exchange, findings, headers, profiles, shapes, trace.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from os.path import isabs
from typing import TYPE_CHECKING, Any, NamedTuple

from asgitest.testclient.asgi.exchange import Exchange, late
from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.headers import check_fields, check_trailer_fields, content_length
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.shapes import check_offered, read_body, read_message, read_more, read_start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["HTTP_TABLE", "HTTPExchange", "HTTPInput", "HTTPState"]


class HTTPState(StrEnum):
    """How far a response has come."""

    WAITING = "waiting"
    STARTED = "started"
    STREAMING = "streaming"
    TRAILING = "trailing"
    FILED = "filed"
    COMPLETE = "complete"
    GONE = "gone"


class HTTPInput(StrEnum):
    """What can happen to a response."""

    START = "start"
    MORE = "more"
    LAST = "last"
    FILE = "file"
    MORE_TRAILERS = "more trailers"
    LAST_TRAILERS = "last trailers"
    EARLY_HINT = "early hint"
    PUSH = "push"
    DEBUG = "debug"
    LEFT = "left"
    RETURNED = "returned"


class Step(NamedTuple):
    """Where an input leads, and the rule it breaks, if any; an error leads nowhere else."""

    state: Any
    rule: str | None = None


_S = HTTPState
_I = HTTPInput


def _row(state: HTTPState, **outcomes: HTTPState | str | Step) -> dict[tuple[HTTPState, HTTPInput], Step]:
    """One state of the table: each input leads to a state, or breaks a rule and leads nowhere."""
    row: dict[tuple[HTTPState, HTTPInput], Step] = {}
    for item in HTTPInput:
        outcome = outcomes[item.name.lower()]
        step = (
            Step(outcome)
            if isinstance(outcome, HTTPState)
            else Step(state, outcome)
            if isinstance(outcome, str)
            else outcome
        )
        row[state, item] = step
    return row


# Everything that moves a response from one state to another is in this table. Not in the table: whether trailers were
# promised (LAST and FILE then lead to TRAILING, see `_after_body`), whether an extension is offered, how many bytes a body
# may have, a second debug message, and messages after the app has returned.
_START_FIRST = "ASGI-HTTP-001"
_AFTER_END = "ASGI-HTTP-006"
HTTP_TABLE: Mapping[tuple[HTTPState, HTTPInput], Step] = {
    **_row(
        _S.WAITING,
        start=_S.STARTED, more=_START_FIRST, last=_START_FIRST, file=_START_FIRST,
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint=_S.WAITING, push="ASGI-EXT-002", debug=_S.WAITING, left=_S.GONE, returned="ASGI-HTTP-005",
    ),
    **_row(
        _S.STARTED,
        start="ASGI-HTTP-002", more=_S.STREAMING, last=_S.COMPLETE, file=_S.FILED,
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint="ASGI-EXT-005", push=_S.STARTED, debug="ASGI-EXT-007", left=_S.GONE, returned="ASGI-HTTP-003",
    ),
    **_row(
        _S.STREAMING,
        start="ASGI-HTTP-002", more=_S.STREAMING, last=_S.COMPLETE, file="ASGI-EXT-004",
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint="ASGI-EXT-005", push=_S.STREAMING, debug="ASGI-EXT-007", left=_S.GONE, returned="ASGI-HTTP-004",
    ),
    **_row(
        _S.TRAILING,
        start=_AFTER_END, more=_AFTER_END, last=_AFTER_END, file=_AFTER_END,
        more_trailers=_S.TRAILING, last_trailers=_S.COMPLETE,
        early_hint=_AFTER_END, push="ASGI-EXT-002", debug="ASGI-EXT-007", left=_S.GONE, returned="ASGI-EXT-006",
    ),
    **_row(
        _S.FILED,
        start=_AFTER_END, more="ASGI-EXT-004", last="ASGI-EXT-004", file="ASGI-EXT-004",
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint=_AFTER_END, push="ASGI-EXT-002", debug="ASGI-EXT-007", left=_S.FILED, returned=_S.FILED,
    ),
    **_row(
        _S.COMPLETE,
        start=_AFTER_END, more=_AFTER_END, last=_AFTER_END, file=_AFTER_END,
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint=_AFTER_END, push="ASGI-EXT-002", debug="ASGI-EXT-007", left=_S.COMPLETE, returned=_S.COMPLETE,
    ),
    **_row(
        _S.GONE,
        start=_S.GONE, more=_S.GONE, last=_S.GONE, file=_S.GONE,
        more_trailers=_S.GONE, last_trailers=_S.GONE,
        early_hint=_S.GONE, push=_S.GONE, debug=_S.GONE, left=_S.GONE, returned=_S.GONE,
    ),
}  # fmt: skip

_NO_LIMIT = 1 << 62
_BODILESS = frozenset({204, 304})
_REPEATS = 1000
_STARTED, _STREAMING = HTTPState.STARTED, HTTPState.STREAMING


class HTTPExchange(Exchange):
    """One HTTP request and its response, as the server sees them.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    __slots__ = (
        "_buffered", "_disconnects", "_doubted", "_expects_body", "_left", "_length", "_limit", "_offered", "_requests", "chunk", "debug",
        "disconnected", "file", "headers", "informational", "pushes", "response_complete", "response_started", "sent_bytes", "state",
        "status", "trailers", "trailers_expected",
    )  # fmt: skip

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        super().__init__(scope, profile=profile, checks=checks)
        self.state = HTTPState.WAITING
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
        self._requests: deque[Message] = deque()
        self._disconnects = 0
        self._doubted: HTTPState | None = None
        self._expects_body = True
        self._limit = _NO_LIMIT
        self._length: int | None = None
        self._offered: Mapping[str, Any] = scope.get("extensions") or {}

    # The client's side --------------------------------------------------------------------------------------------

    def client_sent(self, body: bytes, more: bool) -> None:
        """Make a part of the request's body available.

        Args:
            body: Its bytes.
            more: Whether another part follows.
        """
        events = self.profile.body_events
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
        if not self.disconnected:
            self.disconnected = True
            self.trace.add("--", "the client disconnected")
        self._move(HTTPInput.LEFT)

    def next_message(self) -> Message | None:
        """What ``receive()`` returns now.

        Returns:
            A message; ``None`` if the app has to wait for the client.

        Source: ASGI ``www``, Request and Disconnect.
        """
        message: Message
        if self._requests:
            message = self._requests.popleft()
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

    # The app's side -----------------------------------------------------------------------------------------------

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        if type(message) is dict and len(message) == 3 and (self.state is _STREAMING or self.state is _STARTED):  # noqa: PLR2004
            # A body message of a response that is under way, written out: this is what long streams consist of.
            try:
                body = message["body"]
                if (
                    message["more_body"] is True
                    and message["type"] == "http.response.body"
                    and type(body) is bytes
                    and self._expects_body
                    and not self._ended
                    and self._doubted is None
                    and self.sent_bytes + len(body) <= self._limit
                ):
                    self.trace.add("<-", message.copy())
                    self.state = _STREAMING
                    self.sent_bytes += len(body)
                    self.chunk = body
                    self.file = None
                    return ()
            except Exception:  # noqa: BLE001, S110 - a key of the app's that raises; the thorough path says so
                pass
        return self._take(message)

    def _take(self, given: Any) -> Sequence[Finding]:
        """Take a message the thorough way."""
        self.chunk = b""
        self.file = None
        problems: list[Problem] = []
        index = self.trace.count + 1
        try:
            message = read_message(given, "http", problems)
            self.trace.add("<-", given if message is None else message.copy())
            if message is not None:
                self._read(message, problems)
        except Exception as error:  # noqa: BLE001 - values of the app may do anything when they are looked at
            if self.trace.count < index:
                self.trace.add("<-", show(given))
            detail = f"the message cannot be read: looking at it raises {type(error).__name__}"
            problems.append(Problem("ASGI-MSG-004", detail, "message"))
        return self._conclude(problems, index)

    def _conclude(self, problems: list[Problem], index: int) -> Sequence[Finding]:
        if self._pending:
            problems = [*self._pending, *problems]
            self._pending = []
        if not problems:
            return ()
        if any((problem.level or RULES[problem.rule_id].level) is Level.ERROR for problem in problems):
            self._refused = True
        return self._place(problems, index)

    def _read(self, message: Message, problems: list[Problem]) -> None:
        """Read one message by its type."""
        if self._ended:
            problems.append(late(message, self.trace.count))
            return
        kind = message["type"]
        if check_offered(kind, self._offered, problems):
            _READERS[kind](self, message, problems)

    def _move(self, item: HTTPInput, message: Message | None = None, problems: list[Problem] | None = None) -> bool:
        """Look up where an input leads and go there.

        Returns:
            Whether the input was taken.
        """
        step = HTTP_TABLE[self.state, item]
        if step.rule is not None and self._doubted is not None and HTTP_TABLE[self._doubted, item].rule is None:
            step = HTTP_TABLE[self._doubted, item]
        self._doubted = None
        if step.rule is not None and problems is not None:
            problems.append(_out_of_order(step.rule, self.state, message, self.trace.count))
            if RULES[step.rule].level is Level.ERROR:
                return False
        self.state = step.state
        return True

    def _doubt(self, before: HTTPState, problems: list[Problem]) -> None:
        """A message of the wrong shape may count or not: what follows is judged by the reading in which it is legal."""
        if any((problem.level or RULES[problem.rule_id].level) is Level.ERROR for problem in problems):
            self._doubted = before

    def _read_start(self, message: Message, problems: list[Problem]) -> None:
        before = self.state
        multiplexed = self.scope.get("http_version") in {"2", "3"}
        found: list[Problem] = []
        status, fields = read_start(message, found, multiplexed=multiplexed)
        trailers = read_more(message, "trailers", "ASGI-HTTP-020", found)
        if not self._move(HTTPInput.START, message, problems):
            return
        if self.checks:
            problems += found
        self._doubt(before, problems)
        if self.state is not _STARTED:
            return
        self.status = status or 500
        self.headers = fields.pairs
        given = message.get("headers")
        self._sent_fields = (given, given[:]) if type(given) is list and self.checks else None
        self.response_started = True
        self.trailers_expected = trailers and "http.response.trailers" in self._offered
        self.sent_bytes = 0
        self._length = content_length(fields.special) if fields.special else None
        self._expects_body = status not in _BODILESS and status != 205 and self.scope.get("method") != "HEAD"  # noqa: PLR2004
        self._limit = _NO_LIMIT if self._length is None or not self._expects_body else self._length

    def _read_body(self, message: Message, problems: list[Problem]) -> None:
        before = self.state
        body, more = read_body(message, problems)
        if self._move(HTTPInput.MORE if more else HTTPInput.LAST, message, problems):
            self._doubt(before, problems)
            if not self.checks:
                problems.clear()
            self._add_body(body, problems)
            if not more:
                self._after_body(problems)

    def _add_body(self, body: bytes, problems: list[Problem]) -> None:
        if self.state is HTTPState.GONE or not body:
            return
        if self._expects_body:
            self.chunk = body
            self._count(len(body), problems)
        elif self.checks:
            problems.append(_unexpected_body(self.status, len(body)))

    def _count(self, size: int, problems: list[Problem]) -> None:
        before = self.sent_bytes
        self.sent_bytes = before + size
        if self.sent_bytes > self._limit >= before:
            detail = f"content-length says {self._limit} bytes, but the body has {self.sent_bytes} by now"
            problems.append(Problem("ASGI-HTTP-027", detail, "content-length"))

    def _after_body(self, problems: list[Problem]) -> None:
        """The body is complete: see whether it is, and whether trailers follow."""
        if self.state is HTTPState.GONE:
            return
        if self.sent_bytes < self._limit != _NO_LIMIT and self.state is HTTPState.COMPLETE:
            self._too_short(problems)
        if self.trailers_expected:
            self.state = HTTPState.TRAILING
        else:
            self.response_complete = True

    def _too_short(self, problems: list[Problem]) -> None:
        detail = f"content-length says {self._limit} bytes, but the body has only {self.sent_bytes}"
        problems.append(Problem("ASGI-HTTP-027", detail, "content-length"))

    def _read_zerocopy(self, message: Message, problems: list[Problem]) -> None:
        before = self.state
        if not _has_descriptor(message.get("file")):
            detail = f"file is opened by the system, but this is {show(message.get('file'))}"
            problems.append(Problem("ASGI-EXT-003", detail, "file"))
        for key in ("offset", "count"):
            value = message.get(key)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                problems.append(Problem("ASGI-EXT-003", f"{key} is an int from 0, but this is {show(value)}", key))
        readable = not problems
        more = read_more(message, "more_body", "ASGI-HTTP-022", problems)
        if self._move(HTTPInput.MORE if more else HTTPInput.LAST, message, problems):
            self._doubt(before, problems)
            self._add_file(message if readable else None, complete=not more)

    def _read_path(self, message: Message, problems: list[Problem]) -> None:
        before = self.state
        path = message.get("path")
        readable = isinstance(path, str) and isabs(path)
        if not readable:
            problems.append(Problem("ASGI-EXT-004", f"path is an absolute str, but this is {show(path)}", "path"))
        if self._move(HTTPInput.FILE, message, problems):
            self._doubt(before, problems)
            self._add_file(message if readable else None, complete=True)

    def _add_file(self, message: Message | None, *, complete: bool) -> None:
        if self.state is HTTPState.GONE:
            return
        self.file = message if self._expects_body else None
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
        if self.sent_bytes < self._limit != _NO_LIMIT and self.state not in {_STARTED, _STREAMING}:
            self._too_short(problems)
        return self._place(problems, self.trace.count)

    def _read_trailers(self, message: Message, problems: list[Problem]) -> None:
        before = self.state
        fields = check_fields(message.get("headers", ()), problems)
        check_trailer_fields(fields.pairs, problems)
        more = read_more(message, "more_trailers", "ASGI-HTTP-020", problems)
        if self._move(HTTPInput.MORE_TRAILERS if more else HTTPInput.LAST_TRAILERS, message, problems):
            self._doubt(before, problems)
            if self.state is not HTTPState.GONE:
                self.trailers += fields.pairs
                self.response_complete = self.state is HTTPState.COMPLETE

    def _read_push(self, message: Message, problems: list[Problem]) -> None:
        fields = check_fields(message.get("headers", ()), problems)
        if not isinstance(message.get("path"), str):
            problems.append(Problem("ASGI-EXT-002", f"path is a str, but this is {show(message.get('path'))}", "path"))
        if self._move(HTTPInput.PUSH, message, problems) and self.state is not HTTPState.GONE:
            self.pushes.append({"path": message.get("path"), "headers": fields.pairs})

    def _read_hint(self, message: Message, problems: list[Problem]) -> None:
        given = message.get("links", ())
        links: list[Any] = list(given) if hasattr(given, "__iter__") and not isinstance(given, str | bytes) else []
        if not isinstance(given, list | tuple) and not links or any(not isinstance(link, bytes) for link in links):
            problems.append(
                Problem("ASGI-EXT-005", f"links are an iterable of bytes, but these are {show(given)}", "links")
            )
        if self._move(HTTPInput.EARLY_HINT, message, problems) and self.state is not HTTPState.GONE:
            self.informational.append([link for link in links if isinstance(link, bytes)])

    def _read_debug(self, message: Message, problems: list[Problem]) -> None:
        info = message.get("info")
        if not isinstance(info, dict):
            problems.append(Problem("ASGI-EXT-007", f"info is a dict, but this is {show(info)}", "info"))
        if self._move(HTTPInput.DEBUG, message, problems) and self.state is not HTTPState.GONE:
            if self.debug is None:
                self.debug = info if isinstance(info, dict) else {}
            elif not problems:
                problems.append(Problem("ASGI-EXT-007", "debug is sent once, but this is another", "debug"))

    # The end ------------------------------------------------------------------------------------------------------

    def app_returned(self, value: Any = None) -> Sequence[Finding]:
        """Record that the app call has ended.

        Args:
            value: What it returned.
        """
        if self._ended:
            return ()
        problems: list[Problem] = []
        step = HTTP_TABLE[self.state, HTTPInput.RETURNED]
        if step.rule is not None and not self._refused:
            problems.append(_unfinished(step.rule, self.state))
        self.state = step.state
        self.trace.add("--", "the app returned")
        self._end(value, problems)
        return self._place(problems, None) if problems else ()

    def app_raised(self, error: BaseException) -> Sequence[Finding]:
        """Record that the app call has ended with an exception.

        Args:
            error: Which.
        """
        if self._ended:
            return ()
        problems: list[Problem] = []
        self.trace.add("--", f"the app raised {type(error).__name__}")
        self._raised(error, problems)
        return self._place(problems, None) if problems else ()


_READERS = {
    "http.response.start": HTTPExchange._read_start,  # noqa: SLF001 - the table of this module's own methods
    "http.response.body": HTTPExchange._read_body,  # noqa: SLF001
    "http.response.zerocopysend": HTTPExchange._read_zerocopy,  # noqa: SLF001
    "http.response.pathsend": HTTPExchange._read_path,  # noqa: SLF001
    "http.response.trailers": HTTPExchange._read_trailers,  # noqa: SLF001
    "http.response.push": HTTPExchange._read_push,  # noqa: SLF001
    "http.response.early_hint": HTTPExchange._read_hint,  # noqa: SLF001
    "http.response.debug": HTTPExchange._read_debug,  # noqa: SLF001
}


def _has_descriptor(file: Any) -> bool:
    """Whether the system can read *file*: an open file does, a ``BytesIO`` does not."""
    if type(file) is int:
        return file >= 0
    try:
        return isinstance(file.fileno(), int)
    except Exception:  # noqa: BLE001 - UnsupportedOperation, ValueError for a closed file, or whatever the object raises
        return False


def _out_of_order(rule_id: str, state: HTTPState, message: Message | None, index: int) -> Problem:
    kind = "a message" if message is None else message["type"]
    status = f" (status {show(message['status'])})" if message and "status" in message else ""
    second = "a second " if rule_id == "ASGI-HTTP-002" else ""
    detail = f"{RULES[rule_id].title}, but message {index} is {second}{kind}{status}"
    if not second:
        detail += f" while the response is {state}"
    return Problem(rule_id, detail, kind)


def _unfinished(rule_id: str, state: HTTPState) -> Problem:
    return Problem(rule_id, f"{RULES[rule_id].title}, but the app returned while the response was {state}", "return")


def _unexpected_body(status: int | None, size: int) -> Problem:
    """Say that a body was sent where none may be."""
    if status in _BODILESS:
        return Problem("ASGI-HTTP-029", f"a {status} has no body, but this one has {size} bytes", "body")
    if status == 205:  # noqa: PLR2004 - Reset Content
        return Problem("ASGI-HTTP-031", f"a 205 has no content, but this one has {size} bytes", "body")
    return Problem("ASGI-HTTP-028", f"the response to HEAD has a body of {size} bytes, which the server drops", "body")
