"""One WebSocket, as a table of states.

Source: ASGI ``www``, WebSocket; ASGI extensions, WebSocket Denial Response; RFC 6455, sections 4.2.2, 5.5.1 and 7.4.
Depends on: exchange, findings, headers, profiles, shapes, trace.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.exchange import Exchange, late
from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.headers import check_fields
from asgitest.testclient.asgi.http import Step
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.shapes import check_offered, read_body, read_message, read_start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["WEBSOCKET_TABLE", "WebSocketExchange", "WebSocketInput", "WebSocketState"]


class WebSocketState(StrEnum):
    """How far a WebSocket has come."""

    CONNECTING = "connecting"
    HANDSHAKE = "in its handshake"
    OPEN = "open"
    DENYING = "being denied"
    DENIED = "denied"
    REFUSED = "refused"
    CLOSED = "closed"
    GONE = "gone"


class WebSocketInput(StrEnum):
    """What can happen to a WebSocket."""

    CONNECT = "connect received"
    ACCEPT = "accept"
    SEND = "send"
    CLOSE = "close"
    DENIAL_START = "denial start"
    DENIAL_MORE = "denial more"
    DENIAL_LAST = "denial last"
    LEFT = "left"
    RETURNED = "returned"


_S = WebSocketState


def _row(
    state: WebSocketState, **outcomes: WebSocketState | str | Step
) -> dict[tuple[WebSocketState, WebSocketInput], Step]:
    row: dict[tuple[WebSocketState, WebSocketInput], Step] = {}
    for item in WebSocketInput:
        outcome = outcomes[item.name.lower()]
        step = (
            Step(outcome)
            if isinstance(outcome, WebSocketState)
            else Step(state, outcome)
            if isinstance(outcome, str)
            else outcome
        )
        row[state, item] = step
    return row


# Everything that moves a WebSocket from one state to another is in this table. Not in the table: whether the denial
# extension is offered, and messages after the app has returned.
WEBSOCKET_TABLE: Mapping[tuple[WebSocketState, WebSocketInput], Step] = {
    **_row(
        _S.CONNECTING,
        connect=_S.HANDSHAKE, accept=Step(_S.OPEN, "ASGI-WS-002"), send="ASGI-WS-003", close=_S.REFUSED,
        denial_start=_S.DENYING, denial_more="ASGI-WS-019", denial_last="ASGI-WS-019", left=_S.GONE, returned="ASGI-WS-001",
    ),
    **_row(
        _S.HANDSHAKE,
        connect=_S.HANDSHAKE, accept=_S.OPEN, send="ASGI-WS-003", close=_S.REFUSED,
        denial_start=_S.DENYING, denial_more="ASGI-WS-019", denial_last="ASGI-WS-019", left=_S.GONE, returned="ASGI-WS-001",
    ),
    **_row(
        _S.OPEN,
        connect=_S.OPEN, accept="ASGI-WS-004", send=_S.OPEN, close=_S.CLOSED,
        denial_start="ASGI-EXT-008", denial_more="ASGI-EXT-008", denial_last="ASGI-EXT-008", left=_S.GONE, returned="ASGI-WS-014",
    ),
    **_row(
        _S.DENYING,
        connect=_S.DENYING, accept="ASGI-WS-020", send="ASGI-EXT-008", close="ASGI-EXT-008",
        denial_start="ASGI-WS-019", denial_more=_S.DENYING, denial_last=_S.DENIED, left=_S.GONE, returned="ASGI-WS-019",
    ),
    **_row(
        _S.DENIED,
        connect=_S.DENIED, accept="ASGI-WS-020", send="ASGI-EXT-008", close="ASGI-EXT-008",
        denial_start="ASGI-WS-019", denial_more="ASGI-WS-019", denial_last="ASGI-WS-019", left=_S.DENIED, returned=_S.DENIED,
    ),
    **_row(
        _S.REFUSED,
        connect=_S.REFUSED, accept="ASGI-WS-020", send="ASGI-WS-005", close="ASGI-WS-013",
        denial_start="ASGI-EXT-008", denial_more="ASGI-EXT-008", denial_last="ASGI-EXT-008", left=_S.REFUSED, returned=_S.REFUSED,
    ),
    **_row(
        _S.CLOSED,
        connect=_S.CLOSED, accept="ASGI-WS-020", send="ASGI-WS-005", close="ASGI-WS-013",
        denial_start="ASGI-EXT-008", denial_more="ASGI-EXT-008", denial_last="ASGI-EXT-008", left=_S.CLOSED, returned=_S.CLOSED,
    ),
    **_row(
        _S.GONE,
        connect=_S.GONE, accept=_S.GONE, send=_S.GONE, close=_S.GONE,
        denial_start=_S.GONE, denial_more=_S.GONE, denial_last=_S.GONE, left=_S.GONE, returned=_S.GONE,
    ),
}  # fmt: skip

_NO_CODE = 1005
_ABNORMAL = 1006
_REPEATS = 1000
_MAX_REASON_BYTES = 123
_SERVERS_OWN = frozenset(
    {
        b"connection",
        b"content-length",
        b"sec-websocket-accept",
        b"sec-websocket-extensions",
        b"sec-websocket-protocol",
        b"upgrade",
    }
)


def is_close_code(code: Any) -> bool:
    """Whether an endpoint may send *code* in a close frame.

    Source: RFC 6455, section 7.4.
    """
    return type(code) is int and (3000 <= code <= 4999 or 1000 <= code <= 1014 and code not in {1004, 1005, 1006})  # noqa: PLR2004


class WebSocketExchange(Exchange):
    """One WebSocket, as the server sees it.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    __slots__ = (
        "_arrived", "_connect", "_disconnect", "_doubted", "_offered", "_told", "accept_headers", "accepted", "close_code", "close_reason",
        "denial_body", "denial_complete", "denial_headers", "denial_status", "disconnected", "outgoing", "state", "subprotocol",
    )  # fmt: skip

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        super().__init__(scope, profile=profile, checks=checks)
        self.state = WebSocketState.CONNECTING
        self.accepted = False
        self.subprotocol: str | None = None
        self.accept_headers: list[tuple[bytes, bytes]] = []
        self.close_code: int | None = None
        self.close_reason: str | None = None
        self.denial_status: int | None = None
        self.denial_headers: list[tuple[bytes, bytes]] = []
        self.denial_body = b""
        self.denial_complete = False
        self.disconnected = False
        self.outgoing: deque[Message] = deque()
        self._arrived: deque[Message] = deque()
        self._connect: Message | None = {"type": "websocket.connect"}
        self._disconnect: Message | None = None
        self._told = 0
        self._doubted: WebSocketState | None = None
        self._offered: Mapping[str, Any] = scope.get("extensions") or {}

    # The client's side --------------------------------------------------------------------------------------------

    def client_sent(self, message: Message) -> None:
        """Make a message of the client available.

        Args:
            message: ``websocket.receive`` with ``text`` or ``bytes``; any other is delivered as it is, for tests of what an
                app does with a message that no server sends.
        """
        if message.get("type") != "websocket.receive":
            self._arrived.append(message)
            return
        text, data = message.get("text"), message.get("bytes")
        if self.profile.ws_receive_keys == "both":
            message = {"type": "websocket.receive", "text": text, "bytes": data}
        elif text is not None:
            message = {"type": "websocket.receive", "text": text}
        else:
            message = {"type": "websocket.receive", "bytes": data}
        self._arrived.append(message)

    def client_closed(self, code: int = _NO_CODE, reason: str | None = None) -> None:
        """The client has closed.

        Args:
            code: Of its close frame; 1005 if that had none.
            reason: Of its close frame.
        """
        seen: int | None = code
        if code == _NO_CODE:
            seen = self.profile.ws_no_code
        elif self.profile.ws_clean_code == "1006":
            seen = _ABNORMAL
        self._leave(seen, reason, f"the client closed with {code}")

    def client_lost(self) -> None:
        """The connection was lost without a close frame."""
        self._leave(self.profile.ws_abnormal_code, None, "the connection was lost")

    def _leave(self, code: int | None, reason: str | None, event: str) -> None:
        if self.disconnected:
            return
        self.disconnected = True
        self.trace.add("--", event)
        self.state = WEBSOCKET_TABLE[self.state, WebSocketInput.LEFT].state
        if self._disconnect is None:
            self._disconnect = self._disconnected_with(code, reason)

    def _disconnected_with(self, code: int | None, reason: str | None) -> Message:
        message: Message = {"type": "websocket.disconnect", "code": code}
        if self.profile.ws_reason:
            message["reason"] = reason or ""
        return message

    def next_message(self) -> Message | None:
        """What ``receive()`` returns now.

        Returns:
            A message; ``None`` if the app has to wait for the client.

        Source: ASGI ``www``, Connect, Receive, Disconnect.
        """
        message: Message
        if self._connect is not None:
            message, self._connect = self._connect, None
            self.state = WEBSOCKET_TABLE[self.state, WebSocketInput.CONNECT].state
        elif self._arrived and self.accepted:
            message = self._arrived.popleft()
        elif self._disconnect is not None:
            return self._next_disconnect(self._disconnect)
        else:
            return None
        self.trace.add("->", message.copy())
        return message

    def _next_disconnect(self, message: Message) -> Message | None:
        """Give ``websocket.disconnect``; again, or never again, as the server does."""
        if self._told:
            if self._told == 1:
                detail = "the app calls receive again after websocket.disconnect; on some servers that waits forever"
                self._pending.append(Problem("ASGI-WS-017", detail, "receive"))
                self.trace.add("--", "the app calls receive again")
            self._told += 1
            if self.profile.ws_receive_after_disconnect == "block" or self._told > _REPEATS:
                return None
        else:
            self._told = 1
        self.trace.add("->", message.copy())
        return message.copy()

    # The app's side -----------------------------------------------------------------------------------------------

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        if self.state is WebSocketState.OPEN and type(message) is dict and len(message) == 2 and not self._ended:  # noqa: PLR2004
            # A text or binary message on an open WebSocket, written out: this is what conversations consist of.
            try:
                if message["type"] == "websocket.send":
                    text = message.get("text")
                    if (type(text) is str and text.isascii()) or (text is None and type(message.get("bytes")) is bytes):
                        self.trace.add("<-", message.copy())
                        self.outgoing.append(message.copy())
                        return ()
            except Exception:  # noqa: BLE001, S110 - a key of the app's that raises; the thorough path says so
                pass
        return self._take(message)

    def _take(self, given: Any) -> Sequence[Finding]:
        """Take a message the thorough way."""
        problems: list[Problem] = []
        index = self.trace.count + 1
        try:
            message = read_message(given, "websocket", problems)
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
        if self._ended:
            problems.append(late(message, self.trace.count))
            return
        kind = message["type"]
        if check_offered(kind, self._offered, problems):
            _READERS[kind](self, message, problems)

    def _move(self, item: WebSocketInput, message: Message, problems: list[Problem]) -> bool:
        """Look up where a message leads and go there.

        Returns:
            Whether the message was taken.
        """
        step = WEBSOCKET_TABLE[self.state, item]
        if step.rule is not None and self._doubted is not None and WEBSOCKET_TABLE[self._doubted, item].rule is None:
            step = WEBSOCKET_TABLE[self._doubted, item]
        self._doubted = None
        if step.rule is not None:
            problems.append(_out_of_order(step.rule, self.state, message, self.trace.count))
            if RULES[step.rule].level is Level.ERROR:
                return False
        before, self.state = self.state, step.state
        if any((problem.level or RULES[problem.rule_id].level) is Level.ERROR for problem in problems):
            self._doubted = before
        return True

    def _read_accept(self, message: Message, problems: list[Problem]) -> None:
        found: list[Problem] = []
        fields = check_fields(message.get("headers", ()), found)
        problems += [
            problem._replace(rule_id="ASGI-WS-010", level=problem.level or RULES[problem.rule_id].level)
            for problem in found
        ]
        for name, _ in fields.pairs:
            if name.lower() in _SERVERS_OWN:
                problems.append(
                    Problem("ASGI-WS-010", f"{show(name)} is the server's to send with an accept", repr(name))
                )
        subprotocol = message.get("subprotocol")
        if subprotocol is not None:
            self._check_subprotocol(subprotocol, problems)
        if self._move(WebSocketInput.ACCEPT, message, problems) and self.state is WebSocketState.OPEN:
            self.accepted = True
            self.accept_headers = fields.pairs
            self.subprotocol = subprotocol if isinstance(subprotocol, str) else None

    def _check_subprotocol(self, subprotocol: Any, problems: list[Problem]) -> None:
        offered = self.scope.get("subprotocols") or ()
        if not isinstance(subprotocol, str):
            problems.append(
                Problem("ASGI-WS-009", f"subprotocol is a str or None, but this is {show(subprotocol)}", "subprotocol")
            )
        elif subprotocol not in offered:
            detail = f"the client offered {', '.join(map(repr, offered)) or 'no subprotocol'}, but the app chose {show(subprotocol)}"
            problems.append(Problem("ASGI-WS-009", detail, "subprotocol"))

    def _read_send(self, message: Message, problems: list[Problem]) -> None:
        data, text = message.get("bytes"), message.get("text")
        if (data is None) == (text is None):
            which = "neither is given" if data is None else "both are"
            problems.append(Problem("ASGI-WS-006", f"exactly one of bytes and text is given, but {which}", "payload"))
        if text is not None:
            _check_text(text, problems)
        if data is not None and type(data) is not bytes and not isinstance(data, bytes):
            level = Level.WARNING if isinstance(data, bytearray | memoryview) else None
            problems.append(Problem("ASGI-WS-007", f"bytes is bytes, but this is {show(data)}", "bytes", level))
        if self._move(WebSocketInput.SEND, message, problems) and self.state is WebSocketState.OPEN:
            outgoing: Message = {"type": "websocket.send"}
            if isinstance(text, str):
                outgoing["text"] = str(text)
            elif isinstance(data, bytes | bytearray | memoryview):
                outgoing["bytes"] = bytes(data)
            if len(outgoing) > 1:
                self.outgoing.append(outgoing)

    def _read_close(self, message: Message, problems: list[Problem]) -> None:
        code, reason = message.get("code", 1000), message.get("reason")
        if not is_close_code(code):
            self._check_code(code, problems)
        if reason is not None:
            _check_reason(reason, problems)
        before = self.state
        if self._move(WebSocketInput.CLOSE, message, problems) and self.state is not before:
            if self.state is not WebSocketState.GONE:
                self.close_code = code if isinstance(code, int) else 1000
                self.close_reason = reason if isinstance(reason, str) else ""
                ended = self.state is WebSocketState.CLOSED
                self._disconnect = self._disconnected_with(self.close_code if ended else _ABNORMAL, self.close_reason)

    def _check_code(self, code: Any, problems: list[Problem]) -> None:
        if isinstance(code, int) and not isinstance(code, bool) and is_close_code(int(code)):
            return
        problems.append(Problem("ASGI-WS-011", f"an endpoint cannot close with the code {show(code)}", "code"))

    def _read_denial_start(self, message: Message, problems: list[Problem]) -> None:
        status, fields = read_start(message, problems)
        if self._move(WebSocketInput.DENIAL_START, message, problems) and self.state is WebSocketState.DENYING:
            self.denial_status = status or 500
            self.denial_headers = fields.pairs

    def _read_denial_body(self, message: Message, problems: list[Problem]) -> None:
        body, more = read_body(message, problems)
        item = WebSocketInput.DENIAL_MORE if more else WebSocketInput.DENIAL_LAST
        if self._move(item, message, problems) and self.state in {WebSocketState.DENYING, WebSocketState.DENIED}:
            self.denial_body += body
            if self.state is WebSocketState.DENIED:
                self.denial_complete = True
                self._disconnect = self._disconnected_with(_ABNORMAL, None)

    # The end ------------------------------------------------------------------------------------------------------

    def app_returned(self, value: Any = None) -> Sequence[Finding]:
        """Record that the app call has ended.

        Args:
            value: What it returned.
        """
        if self._ended:
            return ()
        problems: list[Problem] = []
        step = WEBSOCKET_TABLE[self.state, WebSocketInput.RETURNED]
        if step.rule is not None and not self._refused:
            detail = f"{RULES[step.rule].title}, but the app returned while the WebSocket was {self.state}"
            problems.append(Problem(step.rule, detail, "return"))
        self.trace.add("--", "the app returned")
        if self.state is WebSocketState.OPEN:
            self.close_code, self.close_reason = self.profile.ws_return_code, ""
        self.state = step.state
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
        if self.state is WebSocketState.OPEN:
            self.close_code, self.close_reason = self.profile.ws_exception_code, ""
        self._raised(error, problems)
        return self._place(problems, None) if problems else ()


_READERS = {
    "websocket.accept": WebSocketExchange._read_accept,  # noqa: SLF001 - the table of this module's own methods
    "websocket.send": WebSocketExchange._read_send,  # noqa: SLF001
    "websocket.close": WebSocketExchange._read_close,  # noqa: SLF001
    "websocket.http.response.start": WebSocketExchange._read_denial_start,  # noqa: SLF001
    "websocket.http.response.body": WebSocketExchange._read_denial_body,  # noqa: SLF001
}


def _check_text(text: Any, problems: list[Problem]) -> None:
    if not isinstance(text, str):
        problems.append(Problem("ASGI-WS-007", f"text is a str, but this is {show(text)}", "text"))
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        problems.append(Problem("ASGI-WS-008", f"text can be encoded as UTF-8, but this cannot: {show(text)}", "text"))


def _check_reason(reason: Any, problems: list[Problem]) -> None:
    if not isinstance(reason, str):
        problems.append(Problem("ASGI-WS-012", f"reason is a str or None, but this is {show(reason)}", "reason"))
        return
    size = len(reason.encode("utf-8", "surrogatepass"))
    if size > _MAX_REASON_BYTES:
        problems.append(Problem("ASGI-WS-012", f"reason has at most 123 bytes in UTF-8, but this has {size}", "reason"))


def _out_of_order(rule_id: str, state: WebSocketState, message: Message, index: int) -> Problem:
    kind = message["type"]
    detail = f"{RULES[rule_id].title}, but message {index} is {kind} while the WebSocket is {state}"
    return Problem(rule_id, detail, kind)
