"""A WebSocket connection in memory: the client's and the server's protocol of ``websockets``, back to back.

Without it a session hands ASGI messages over, and nothing of RFC 6455 can go wrong. With it the bytes of the handshake
and of every frame are made and read, so that masking, fragmentation, UTF-8, control frames, close codes, size limits
and compression (RFC 7692) are what they are on a connection. No I/O happens here: bytes go from one protocol object to
the other at once.

Source: RFC 6455; RFC 7692. Depends on: errors, and the optional package websockets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asgitest.testclient.errors import MisuseError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.testclient.asgi import Message, Scope

__all__ = ["Frame", "HandshakeFailed", "Wire", "WireOptions", "wire_options"]

_OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
_TEXT, _BINARY, _CLOSE, _PONG = 1, 2, 8, 10
_INVALID_DATA = 1007
_NO_CODE = 1005
_MADE_BY_THE_HANDSHAKE = frozenset({b"host", b"connection", b"upgrade"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WireOptions:
    """How a WebSocket is carried.

    Args:
        compression: Whether client and server offer permessage-deflate.
        max_bytes: The longest message that the server takes; uvicorn's limit is 16 MiB.
        fragment_bytes: Messages of the client are sent in frames of at most so many bytes; ``None`` for one frame each.
    """

    compression: bool = True
    max_bytes: int | None = 16 * 1024 * 1024
    fragment_bytes: int | None = None


def wire_options(wire: bool | WireOptions) -> WireOptions:
    """What ``wire=`` means: ``True`` is the options as they are by default."""
    return wire if isinstance(wire, WireOptions) else WireOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame that went over the wire.

    Args:
        sender: ``"client"`` or ``"server"``.
        kind: ``"text"``, ``"binary"``, ``"continuation"``, ``"close"``, ``"ping"`` or ``"pong"``.
        final: Whether it is the last frame of its message.
        compressed: Whether its message is compressed.
        wire_bytes: Its length with its header.
    """

    sender: str
    kind: str
    final: bool
    compressed: bool
    wire_bytes: int


class HandshakeFailed(Exception):
    """One side refused the handshake of the other."""


class Wire:
    """A connection between a client and a server, from the handshake on.

    Args:
        url: Of the handshake.
        scope: What the handshake asks for: headers and subprotocols.
        options: How messages are carried.

    Raises:
        MisuseError: If websockets is not installed.
        HandshakeFailed: If the server cannot read the request.
    """

    def __init__(self, url: str, scope: Scope, options: WireOptions) -> None:
        library = _websockets()
        self.options = options
        self.frames: list[Frame] = []
        self.to_app: deque[Message] = deque()
        """Messages for the app: ``websocket.receive`` and ``websocket.disconnect``."""
        self.to_test: deque[Message] = deque()
        """Messages for the test: ``websocket.send`` and ``websocket.close``."""
        self.pongs: list[bytes] = []
        self.is_open = False
        self._library = library
        self._client = library.client.ClientProtocol(
            library.uri.parse_uri(url),
            subprotocols=list(scope["subprotocols"]) or None,
            extensions=[library.deflate.ClientPerMessageDeflateFactory()] if options.compression else None,
            max_size=None,
        )
        self._server = library.server.ServerProtocol(
            extensions=[library.deflate.ServerPerMessageDeflateFactory()] if options.compression else None,
            max_size=options.max_bytes,
        )
        self._from_client = _Assembler()
        self._from_server = _Assembler()
        self._request = self._ask(scope["headers"])
        self.headers = _raw_headers(self._request.headers.raw_items())
        """The headers of the handshake, as the server read them."""

    @property
    def compressed(self) -> bool:
        """Whether both sides agreed to compress messages."""
        return bool(self._client.extensions)

    # Handshake ----------------------------------------------------------------------------------------------------

    def _ask(self, headers: Iterable[tuple[bytes, bytes]]) -> Any:
        """Send the client's request and return it as the server reads it."""
        request = self._client.connect()
        for name, value in headers:
            if name not in _MADE_BY_THE_HANDSHAKE and not name.startswith(b"sec-websocket-"):
                request.headers[name.decode("latin-1")] = value.decode("utf-8", "replace")
        self._client.send_request(request)
        self._server.receive_data(b"".join(self._client.data_to_send()))
        events = self._server.events_received()
        if not events:
            raise HandshakeFailed(str(self._server.handshake_exc))
        return events[0]

    def accept(self, subprotocol: str | None, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Answer the handshake as the app said.

        Raises:
            HandshakeFailed: If the server refuses the request, or the client the answer.

        Source: RFC 6455, sections 4.1 and 4.2.
        """
        response = self._server.accept(self._request)
        if subprotocol is not None:
            response.headers["Sec-WebSocket-Protocol"] = subprotocol
        for name, value in headers:
            response.headers[name.decode("latin-1")] = value.decode("latin-1")
        self._server.send_response(response)
        self._client.receive_data(b"".join(self._server.data_to_send()))
        self._client.events_received()
        problem = self._server.handshake_exc or self._client.handshake_exc
        if problem is not None:
            raise HandshakeFailed(str(problem))
        self.is_open = True

    # The client's side --------------------------------------------------------------------------------------------

    def client_sends(self, message: Message) -> None:
        """Send a message of the test, in as many frames as the options say."""
        text = message.get("text")
        data: bytes = message.get("bytes") or b"" if text is None else text.encode("utf-8", "surrogatepass")
        opcode = _BINARY if text is None else _TEXT
        size = self.options.fragment_bytes or len(data) or 1
        parts = [data[start : start + size] for start in range(0, len(data), size)] or [b""]
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            if index:
                self._client.send_continuation(part, fin=last)
            elif opcode == _TEXT:
                self._client.send_text(part, fin=last)
            else:
                self._client.send_binary(part, fin=last)
        self._exchange()

    def client_closes(self, code: int, reason: str | None) -> None:
        """Send a close frame; with 1005 one without a code.

        Raises:
            MisuseError: If a close frame cannot carry the code.
        """
        if self._client.state is not self._library.protocol.State.OPEN:
            return
        try:
            self._client.send_close(None if code == _NO_CODE else code, reason or "")
        except self._library.exceptions.ProtocolError as error:
            raise MisuseError(f"no client can close with {code}: {error}") from None
        self._exchange()

    def send_frame(self, opcode: int, data: bytes, *, final: bool) -> None:
        """Send one frame of the client as it is, whether it fits the conversation or not."""
        frames = self._library.frames
        frame = frames.Frame(frames.Opcode(opcode), data, fin=final)
        self.send_raw(frame.serialize(mask=True, extensions=()))

    def send_raw(self, data: bytes) -> None:
        """Send bytes of the client as they are; once the connection has ended, nobody reads them."""
        if self._server.reader.eof:
            return
        self.frames.append(_describe("client", data))
        self._server.receive_data(data)
        self._exchange()

    def ping(self, data: bytes) -> None:
        """Send a ping; the pong is in ``pongs`` when this returns."""
        self._client.send_ping(data)
        self._exchange()

    # The server's side --------------------------------------------------------------------------------------------

    def app_sends(self, message: Message) -> None:
        """Carry a message of the app to the test."""
        if self._server.state is not self._library.protocol.State.OPEN:
            return
        text = message.get("text")
        if text is None:
            self._server.send_binary(bytes(message.get("bytes") or b""))
        else:
            self._server.send_text(text.encode("utf-8", "surrogatepass"))
        self._exchange()

    def app_closes(self, code: int, reason: str) -> None:
        """Carry the close of the app to the test; a code that no frame can carry becomes 1011, as with servers."""
        if self._server.state is not self._library.protocol.State.OPEN:
            return
        try:
            self._server.send_close(code, reason)
        except self._library.exceptions.ProtocolError:
            self._server.fail(1011, "the server could not send the app's close")
        self._exchange()

    # Both sides ---------------------------------------------------------------------------------------------------

    def _exchange(self) -> None:
        """Carry bytes to and fro until neither side has any left."""
        while True:
            sent = self._carry("client", self._client, self._server)
            self._read_server()
            answered = self._carry("server", self._server, self._client)
            self._read_client()
            if not sent and not answered:
                return

    def _carry(self, sender: str, source: Any, target: Any) -> bool:
        """Carry the bytes that *source* wants to send; whether there were any."""
        items = source.data_to_send()
        for data in items:
            if data:
                self.frames.append(_describe(sender, data))
                target.receive_data(data)
            elif not target.reader.eof:
                target.receive_eof()
        return bool(items)

    def _read_server(self) -> None:
        """Turn the frames that reached the server into messages for the app."""
        server = self._server
        for frame in server.events_received():
            if frame.opcode == _CLOSE:
                code = server.close_rcvd.code
                self.to_app.append(
                    {"type": "websocket.disconnect", "code": code, "reason": server.close_rcvd.reason or None}
                )
            elif frame.opcode < _CLOSE:
                self._to_app(frame)
        if server.parser_exc is not None and not self._failed:
            self._fail()

    def _to_app(self, frame: Any) -> None:
        try:
            message = self._from_client.take(frame)
        except UnicodeDecodeError as error:
            self._server.fail(_INVALID_DATA, f"{error.reason} at position {error.start}")
            self._fail()
            return
        if message is not None:
            self.to_app.append({"type": "websocket.receive", **message})

    _failed = False

    def _fail(self) -> None:
        """Tell the app that its server has given up on the connection."""
        self._failed = True
        sent = self._server.close_sent
        code, reason = (sent.code, sent.reason) if sent is not None else (1006, "")
        self.to_app.append({"type": "websocket.disconnect", "code": code, "reason": reason})

    def _read_client(self) -> None:
        """Turn the frames that reached the client into messages for the test."""
        for frame in self._client.events_received():
            if frame.opcode == _PONG:
                self.pongs.append(bytes(frame.data))
            elif frame.opcode == _CLOSE:
                closed = self._client.close_rcvd
                self.to_test.append({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
            elif frame.opcode < _CLOSE:
                message = self._from_server.take(frame)
                if message is not None:
                    self.to_test.append({"type": "websocket.send", **message})


class _Assembler:
    """Puts the frames of a message together."""

    def __init__(self) -> None:
        self._opcode = _TEXT
        self._parts: list[bytes] = []

    def take(self, frame: Any) -> dict[str, Any] | None:
        """Take a data frame; the message, if it was its last one.

        Raises:
            UnicodeDecodeError: If a text message is not UTF-8.
        """
        if frame.opcode:
            self._opcode = int(frame.opcode)
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return None
        data, self._parts = b"".join(self._parts), []
        return {"bytes": data} if self._opcode == _BINARY else {"text": data.decode("utf-8")}


def _describe(sender: str, data: bytes) -> Frame:
    """Read the first byte of a frame.

    Source: RFC 6455, section 5.2; RFC 7692, section 6 for the bit that says "compressed".
    """
    first = data[0]
    return Frame(
        sender=sender,
        kind=_OPCODES.get(first & 0x0F, f"opcode {first & 0x0F}"),
        final=bool(first & 0x80),
        compressed=bool(first & 0x40),
        wire_bytes=len(data),
    )


def _raw_headers(items: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as an ASGI scope has them."""
    return [(name.lower().encode("latin-1"), value.encode("ascii", "surrogateescape")) for name, value in items]


class _Websockets:
    """The modules of websockets that a wire is made of."""

    def __init__(self) -> None:
        # Optional, and only needed where a test asks for the wire.
        from websockets import client, exceptions, frames, protocol, server, uri  # noqa: PLC0415
        from websockets.extensions import permessage_deflate  # noqa: PLC0415

        self.client: Any = client
        self.deflate: Any = permessage_deflate
        self.exceptions: Any = exceptions
        self.frames: Any = frames
        self.protocol: Any = protocol
        self.server: Any = server
        self.uri: Any = uri


def _websockets() -> _Websockets:
    """Import websockets.

    Raises:
        MisuseError: If it is not installed.
    """
    try:
        return _Websockets()
    except ImportError:
        raise MisuseError("wire=True needs websockets: pip install 'asgitest[live]'") from None
