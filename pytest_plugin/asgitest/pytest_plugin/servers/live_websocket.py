"""A WebSocket over a real socket, with the face of ``WebSocketTestSession``.

Source: RFC 6455. Depends on: ``watched_app``; the ``websockets`` library.
"""

from __future__ import annotations

import contextlib
import json
import socket
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from asgitest.testclient.errors import DeadlineExceeded, MisuseError
from asgitest.testclient.http_library import httpx
from asgitest.testclient.upgrade import cookie_keeper
from asgitest.testclient.websocket_errors import denial_error, disconnect_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from asgitest.pytest_plugin.servers.watched_app import LiveCall

__all__ = ["LiveWebSocket"]

_END_SECONDS = 5.0
_SILENCE_SECONDS = 0.05
_UNSET: Any = object()
_CLEAN = frozenset({1000, 1001})
_NO_STATUS = 1005
# What the library writes itself.
_ITS_OWN = frozenset({b"host", b"connection", b"accept", b"accept-encoding", b"user-agent", b"content-length"})


class LiveWebSocket:
    """A WebSocket to the app on a server. Use it in a ``with`` block.

    Args:
        client: Whose cookies and settings count.
        request: The handshake as the HTTP library would send it.
        address: Host and port of the server.
        call: What the app makes of it.
        marks: Headers by which the app knows client and call.
        subprotocols: Offered.
        timeout: Seconds that each wait may take.
    """

    __test__ = False

    def __init__(
        self,
        client: Any,
        request: Any,
        *,
        address: tuple[str, int],
        call: LiveCall,
        marks: list[tuple[bytes, bytes]],
        subprotocols: Sequence[str] | None,
        timeout: float | None,
    ) -> None:
        self._client = client
        self._request = request
        self._address = address
        self._call = call
        self._marks = marks
        self._subprotocols = list(subprotocols) if subprotocols is not None else None
        self._timeout = timeout
        self._connection: Any = None
        self._stack = contextlib.ExitStack()
        self._closed_seen = False
        self._pending: list[str | bytes] = []
        self.accepted_subprotocol: str | None = None
        self.extra_headers: list[tuple[bytes, bytes]] | None = None

    # Opening and leaving ----------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        from websockets.exceptions import InvalidStatus  # noqa: PLC0415  only who opens one needs the library
        from websockets.sync.client import connect  # noqa: PLC0415

        url = self._request.url.copy_with(scheme="ws")
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in [*self._request.headers.raw, *self._marks]
            if name.lower() not in _ITS_OWN
        ]
        sock = socket.create_connection(self._address, timeout=self._timeout)
        try:
            opening = connect(
                str(url),
                sock=sock,
                additional_headers=headers,
                subprotocols=self._subprotocols,  # type: ignore[arg-type]  # NewType of str
                compression=None,
                proxy=None,
                open_timeout=self._timeout,
                user_agent_header="testclient",
            )
            self._connection = self._stack.enter_context(opening)
        except InvalidStatus as refusal:
            sock.close()
            self._raise_refusal(refusal.response)
        except BaseException:
            sock.close()
            raise
        response = self._connection.response
        self.accepted_subprotocol = self._connection.subprotocol
        self.extra_headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.raw_items()]
        cookie_keeper(self._client.cookies, self._request.url)(self.extra_headers)
        return self

    def _raise_refusal(self, response: Any) -> None:
        """Raise what a refused handshake is: the app's exception, its denial, or its close."""
        self._call.ended.wait(_END_SECONDS)
        if self._call.exception is not None:
            raise self._call.exception
        record = self._call.result
        if record is not None and record.status is None and record.close_code is not None:
            close = next(one for one in record.trace.messages if one["type"] == "websocket.close")
            raise disconnect_error(record.close_code, close.get("reason")) from None
        headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.raw_items()]
        raise denial_error(response.status_code, headers, bytes(response.body or b"")) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        self._stack.close()
        self._call.ended.wait(_END_SECONDS)
        raised = self._call.exception
        if raised is None or raised is error:
            return
        if error is None:
            raise raised
        error.add_note(f"asgitest: when the WebSocket was left, the app also raised {raised!r}")

    # Sending ----------------------------------------------------------------------------------------------------

    def send(self, message: dict[str, Any]) -> None:
        """Send a raw ASGI message, ``websocket.receive`` or ``websocket.disconnect``."""
        if message["type"] == "websocket.disconnect":
            self.close(message.get("code", 1000), message.get("reason"))
        else:
            self._send(message["text"] if message.get("text") is not None else bytes(message["bytes"]))

    def send_text(self, data: str) -> None:
        """Send a text message."""
        if not isinstance(cast("Any", data), str):
            raise MisuseError(f"send_text() takes str, not {type(data).__name__}; send bytes with send_bytes()")
        self._send(data)

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        self._send(bytes(data))

    def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send *data* as JSON, in a text or a binary message."""
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        self._send(text if mode == "text" else text.encode())

    def _send(self, data: str | bytes) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

        try:
            self._connection.send(data)
        except ConnectionClosed:
            raise MisuseError(
                f"this WebSocket was closed with code {self.close_code}; nothing can be sent on it any more"
            ) from None

    def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close from the client's side; closing twice is closing once."""
        self._connection.close(code, reason or "")

    def abort(self) -> None:
        """Drop the connection without a close."""
        self._connection.socket.shutdown(socket.SHUT_RDWR)

    # Receiving --------------------------------------------------------------------------------------------------

    def receive(self, timeout: float | None = _UNSET) -> dict[str, Any]:
        """Receive the app's next message: ``websocket.send`` or ``websocket.close``.

        Raises:
            WebSocketDisconnect: If the app has closed before.
            DeadlineExceeded: If nothing came in time.
        """
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

        seconds = self._timeout if timeout is _UNSET else timeout
        try:
            data = self._pending.pop(0) if self._pending else self._connection.recv(seconds)
        except TimeoutError:
            what = f"a message from the app on the {self._call.name}"
            raise DeadlineExceeded(what, seconds, "") from None
        except ConnectionClosed:
            return self._ended()
        return {"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data}

    def _ended(self) -> dict[str, Any]:
        """Say how the session ended, when no message is left."""
        self._call.ended.wait(_END_SECONDS)
        if self._call.exception is not None:
            raise self._call.exception
        code, reason = self.close_code or 1006, self.close_reason or ""
        if self._closed_seen or code == 1006:  # noqa: PLR2004  abnormal closure of RFC 6455
            raise disconnect_error(code, reason)
        self._closed_seen = True
        return {"type": "websocket.close", "code": code, "reason": reason}

    def _receive_data(self, key: str, timeout: float | None) -> Any:
        message = self.receive(timeout)
        if message["type"] == "websocket.close":
            raise disconnect_error(message["code"], message["reason"])
        if key not in message:
            other = "bytes" if key == "text" else "text"
            kind = "binary" if key == "text" else "text"
            unit = "bytes" if key == "text" else "characters"
            raise MisuseError(
                f"the app sent a {kind} message of {len(message[other])} {unit}; receive it with receive_{other}()"
            )
        return message[key]

    def receive_text(self, timeout: float | None = _UNSET) -> str:
        """Receive a text message."""
        return str(self._receive_data("text", timeout))

    def receive_bytes(self, timeout: float | None = _UNSET) -> bytes:
        """Receive a binary message."""
        return bytes(self._receive_data("bytes", timeout))

    def receive_json(
        self,
        mode: Literal["text", "binary"] = "text",
        *,
        type: Any = None,  # noqa: A002 - reads best in a call
        timeout: float | None = _UNSET,
    ) -> Any:
        """Receive JSON; with ``type=``, an instance of that."""
        value = json.loads(self._receive_data("text" if mode == "text" else "bytes", timeout))
        if type is None:
            return value
        validate = getattr(type, "model_validate", None)
        return validate(value) if validate is not None else type(**value)

    def receive_nothing(self, timeout: float = 0.0) -> bool:
        """Whether nothing arrives for *timeout* seconds; over a network a little longer than nothing is waited."""
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

        if self._pending:
            return False
        try:
            self._pending.append(self._connection.recv(timeout or _SILENCE_SECONDS))
        except TimeoutError:
            return True
        except ConnectionClosed:
            return False
        return False

    @property
    def unread(self) -> int:
        """How many messages have arrived that the test has looked at and not received."""
        return len(self._pending)

    def __iter__(self) -> Iterator[str | bytes]:
        """Yield messages until the app closes cleanly; another close raises `WebSocketDisconnect`."""
        while True:
            message = self.receive()
            if message["type"] == "websocket.close":
                if message["code"] in _CLEAN:
                    return
                raise disconnect_error(message["code"], message["reason"])
            yield message["text"] if "text" in message else message["bytes"]

    # What is known ----------------------------------------------------------------------------------------------

    @property
    def scope(self) -> dict[str, Any]:
        """The scope, once the app has ended."""
        return self._call.scope

    @property
    def headers(self) -> httpx.Headers:
        """The headers the app accepted with."""
        return httpx.Headers(self.extra_headers or [])

    @property
    def close_code(self) -> int | None:
        """The code the app closed with; ``None`` while it has not."""
        received = self._connection.protocol.close_rcvd
        if received is None:
            code: int | None = self._connection.protocol.close_code
            return code
        return 1000 if received.code == _NO_STATUS else int(received.code)

    @property
    def close_reason(self) -> str | None:
        """The reason the app closed with."""
        received = self._connection.protocol.close_rcvd
        return None if received is None else str(received.reason)
