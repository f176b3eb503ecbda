"""One WebSocket.

Source: ASGI ``www``, WebSocket; ASGI extensions, WebSocket Denial Response.
Depends on: exchange, findings, profiles, rules, shapes, websocket_shapes, websocket_table.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from asgitest.testclient.asgi.exchange import Exchange
from asgitest.testclient.asgi.findings import Problem
from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES
from asgitest.testclient.asgi.shapes import read_body, read_start
from asgitest.testclient.asgi.websocket_shapes import read_accept, read_close, read_send
from asgitest.testclient.asgi.websocket_table import WEBSOCKET_TABLE, WebSocketInput, WebSocketState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["WebSocketExchange", "WebSocketState"]

_NO_CODE = 1005
_ABNORMAL = 1006
_REPEATS = 1000
# Under names of their own: to look a member of an enum up in its class takes long.
_OPEN = WebSocketState.OPEN
_CONNECT, _LEFT, _RETURNED = WebSocketInput.CONNECT, WebSocketInput.LEFT, WebSocketInput.RETURNED


class WebSocketExchange(Exchange):
    """One WebSocket, as the server sees it.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    protocol = "websocket"
    noun = "the WebSocket"
    table = WEBSOCKET_TABLE

    # What a conversation begins with stands in the class: most of it stays so to the end.
    state: WebSocketState = WebSocketState.CONNECTING
    accepted = False
    subprotocol: str | None = None
    close_code: int | None = None
    close_reason: str | None = None
    denial_status: int | None = None
    denial_body = b""
    denial_complete = False
    disconnected = False
    _told_connect = False
    _disconnect: Message | None = None
    _told = 0

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        super().__init__(scope, profile=profile, checks=checks)
        self.accept_headers: list[tuple[bytes, bytes]] = []
        self.denial_headers: list[tuple[bytes, bytes]] = []
        self.outgoing: deque[Message] = deque()
        self._arrived: deque[Message] = deque()

    # The client's side --------------------------------------------------------------------------------------------

    def client_sent(self, message: Message) -> None:
        """Make a message of the client available.

        Args:
            message: ``websocket.receive`` with ``text`` or ``bytes``; any other is delivered as it is, for tests of
                what an app does with a message that no server sends.
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
        self.state = self.table[self.state, _LEFT].state
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
        if not self._told_connect:
            self._told_connect = True
            message = {"type": "websocket.connect"}
            self.state = self.table[self.state, _CONNECT].state
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
                self._pending = [*self._pending, _ASKED_AGAIN]
                self.trace.add("--", "the app calls receive again")
            self._told += 1
            if self.profile.ws_receive_after_disconnect == "block" or self._told > _REPEATS:
                return None
        else:
            self._told = 1
        self.trace.add("->", message.copy())
        return message.copy()

    def app_asked(self) -> Sequence[Finding]:
        """Record that the app called ``receive``, where a real server answers it.

        Returns:
            What is wrong with that; empty if nothing is.
        """
        if self._told and not self._ended:
            self.trace.add("--", "the app calls receive again")
            return self._place([_ASKED_AGAIN], None)
        return super().app_asked()

    def _received(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "websocket.connect":
            self.state = self.table[self.state, _CONNECT].state
        elif kind == "websocket.disconnect":
            self._told += 1
            self.client_lost()

    # The app's side -----------------------------------------------------------------------------------------------

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        kind = class_of(message)
        if self.state is _OPEN and kind is dict and len(message) == 2 and not self._ended and not self._pending:  # noqa: PLR2004
            # A text or binary message on an open WebSocket, written out: this is what conversations consist of.
            try:
                if message["type"] == "websocket.send" and self._doubted is None:
                    text = message.get("text")
                    if (type(text) is str and text.isascii()) or (text is None and type(message.get("bytes")) is bytes):
                        copy = message.copy()
                        self.trace.add("<-", copy)
                        self.outgoing.append(copy)
                        return ()
            except Exception:  # noqa: BLE001, S110 - a key of the app's that raises; the thorough path says so
                pass
        return self._take(message)

    def _read_accept(self, message: Message, problems: list[Problem]) -> None:
        fields, subprotocol = read_accept(message, self.scope, problems)
        if self._move(WebSocketInput.ACCEPT, message, problems) and self.state is _OPEN:
            self.accepted = True
            self.accept_headers = fields
            self.subprotocol = subprotocol

    def _read_send(self, message: Message, problems: list[Problem]) -> None:
        outgoing = read_send(message, problems)
        if self._move(WebSocketInput.SEND, message, problems) and self.state is _OPEN and outgoing is not None:
            self.outgoing.append(outgoing)

    def _read_close(self, message: Message, problems: list[Problem]) -> None:
        code, reason = read_close(message, self.scope, problems)
        before = self.state
        taken = self._move(WebSocketInput.CLOSE, message, problems)
        if taken and self.state is not before and self.state is not WebSocketState.GONE:
            self.close_code, self.close_reason = code, reason
            ended = self.state is WebSocketState.CLOSED
            self._disconnect = self._disconnected_with(code if ended else _ABNORMAL, reason)

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

    readers: ClassVar[Mapping[str, Any]] = {
        "websocket.accept": _read_accept,
        "websocket.send": _read_send,
        "websocket.close": _read_close,
        "websocket.http.response.start": _read_denial_start,
        "websocket.http.response.body": _read_denial_body,
    }

    # The end ------------------------------------------------------------------------------------------------------

    def _returned(self, problems: list[Problem]) -> None:
        step = self.table[self.state, _RETURNED]
        if step.rule is not None and not self._refused:
            detail = f"{RULES[step.rule].title}, but the app returned while the WebSocket was {self.state}"
            problems.append(Problem(step.rule, detail, "return"))
        if self.state is _OPEN:
            self.close_code, self.close_reason = self.profile.ws_return_code, ""
        self.state = step.state

    def _raised(self, problems: list[Problem], *, cancelled: bool) -> None:  # noqa: ARG002 - the signature is the base's
        if self.state is _OPEN:
            self.close_code, self.close_reason = self.profile.ws_exception_code, ""


_ASKED_AGAIN = Problem(
    "ASGI-WS-017",
    "the app calls receive again after websocket.disconnect; on some servers that waits forever",
    "receive",
)
