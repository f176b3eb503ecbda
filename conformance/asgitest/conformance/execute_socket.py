"""Plays one WebSocket session against the app: handshake, messages, close.

Source: ASGI ``www``, WebSocket. Depends on: the test client's core, the records.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from asgitest.conformance.json_values import is_object
from asgitest.conformance.records import Response, SocketRecord, broken_rules
from asgitest.testclient.asgi import UVICORN, WebSocketExchange, build_websocket_scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asgitest.conformance.deadlines import Deadlines
    from asgitest.conformance.records import SocketRequest

__all__ = ["SocketRun"]

_ANSWER_SECONDS = 0.3
_GRACE_SECONDS = 1.0
_MOST_RECEIVED = 200
_DENIAL: dict[str, dict[str, Any]] = {"websocket.http.response": {}}


class SocketRun:
    """One session.

    Args:
        app: An ASGI 3 application.
        request: What the client does.
        deadlines: Of the loop.
        state: Of the lifespan; copied into the scope.
        root_path: The prefix the app is told it is served under.
        host: The ``Host`` header.
        timeout_seconds: The deadline of the handshake.
    """

    def __init__(
        self,
        app: Callable[..., Awaitable[Any]],
        request: SocketRequest,
        deadlines: Deadlines,
        *,
        state: dict[str, Any],
        root_path: str,
        host: tuple[bytes, bytes],
        timeout_seconds: float,
    ) -> None:
        self._app = app
        self._request = request
        self._deadlines = deadlines
        self._timeout_seconds = timeout_seconds
        self._scope = _scope_of(request, state=state, root_path=root_path, host=host)
        self._exchange = WebSocketExchange(self._scope, profile=UVICORN)
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._offered = asyncio.Event()
        self._received: list[str | bytes] = []
        self._closed = False
        self._taken = 0
        self._left = False
        self._returned_first = False
        self._over_for_good = False

    async def run(self) -> SocketRecord:
        """Play the session to its end."""
        exchange = self._exchange
        self._task = asyncio.get_running_loop().create_task(self._call())
        decided = await self._until(self._decided, self._timeout_seconds)
        sent = 0
        if exchange.accepted:
            sent = await self._talk()
        ended = self._task.done()
        if not ended and decided:
            ended = await self._leave()
        if not ended:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_GRACE_SECONDS)
        self._over_for_good = True
        return self._record(decided=decided, ended=ended, sent=sent)

    async def _talk(self) -> int:
        """Send what the client sends; wait where it waits. Returns how many messages were sent."""
        sent = 0
        for message in self._request.sends:
            if self._over():
                break
            if message is None:
                await self._until(self._answered_since(len(self._received)), _ANSWER_SECONDS)
                continue
            kind = "text" if isinstance(message, str) else "bytes"
            exchange_message = {"type": "websocket.receive", kind: message}
            self._exchange.client_sent(exchange_message)
            self._offered.set()
            sent += 1
            await self._settle()
        return sent

    def _answered_since(self, count: int) -> Callable[[], bool]:
        """A condition: more has arrived than *count* messages."""
        return lambda: len(self._received) > count

    async def _settle(self) -> None:
        """Give the app some turns to take a message and answer."""
        for _ in range(4):
            await asyncio.sleep(0)

    async def _leave(self) -> bool:
        """Close as the client does; tell whether the app ended."""
        self._left = True
        if not self._closed:
            if self._request.close_code is None:
                self._exchange.client_lost()
            else:
                self._exchange.client_closed(self._request.close_code, "")
            self._offered.set()
        return await self._until(self._done, _GRACE_SECONDS)

    def _done(self) -> bool:
        return self._task is not None and self._task.done()

    def _over(self) -> bool:
        return self._done() or self._closed

    def _decided(self) -> bool:
        exchange = self._exchange
        return exchange.accepted or self._closed or exchange.denial_complete or self._done()

    async def _until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until a condition holds; tell whether it does."""
        expired: list[bool] = []

        def expire() -> None:
            expired.append(True)
            self._changed.set()

        self._deadlines.add(expire, timeout, expire)
        while not condition() and not expired:
            self._changed.clear()
            await self._changed.wait()
        self._deadlines.discard(expire)
        return condition()

    async def _call(self) -> None:
        try:
            value = await self._app(self._scope, self._receive, self._send)
        except asyncio.CancelledError:
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  whatever it is, it is what the app did
            self._error = error
            self._exchange.app_raised(error)
            self._returned_first = not self._left
        else:
            self._exchange.app_returned(value)
            self._returned_first = not self._left
        finally:
            asyncio.get_running_loop().call_soon(self._changed.set)

    async def _receive(self) -> Any:
        while (message := self._exchange.next_message()) is None:
            self._offered.clear()
            await self._offered.wait()
        self._taken += message.get("type") == "websocket.receive"
        return message

    async def _send(self, message: Any) -> None:
        exchange = self._exchange
        if self._over_for_good:
            # Another session sends to this one: servers raise an OSError where nobody is left.
            raise BrokenPipeError("the client has left")
        exchange.app_sent(message)
        while exchange.outgoing:
            data = exchange.outgoing.popleft()
            content = data.get("text") if data.get("text") is not None else data.get("bytes")
            if isinstance(content, str | bytes) and len(self._received) < _MOST_RECEIVED:
                self._received.append(content)
        if is_object(message) and message.get("type") == "websocket.close":
            self._closed = True
        self._changed.set()
        await asyncio.sleep(0)

    def _record(self, *, decided: bool, ended: bool, sent: int) -> SocketRecord:
        exchange = self._exchange
        denial = None
        if exchange.denial_status is not None:
            denial = Response(
                status=exchange.denial_status,
                headers=tuple(exchange.denial_headers),
                body=bytes(exchange.denial_body),
                complete=exchange.denial_complete,
            )
        return SocketRecord(
            request=self._request,
            accepted=exchange.accepted,
            subprotocol=exchange.subprotocol,
            received=tuple(self._received),
            close_code=exchange.close_code,
            close_reason=exchange.close_reason if isinstance(exchange.close_reason, str) else None,
            denial=denial,
            messages=tuple(exchange.trace.render().splitlines()),
            exception=self._error,
            broken=broken_rules(exchange.findings),
            hung=not decided,
            hung_after_disconnect=decided and not ended,
            returned_first=self._returned_first,
            sent=min(sent, self._taken),
        )


def _scope_of(
    request: SocketRequest, *, state: dict[str, Any], root_path: str, host: tuple[bytes, bytes]
) -> dict[str, Any]:
    """Build the scope of a session."""
    raw_path, _, query = request.target.partition(b"?")
    headers = request.headers
    if not any(name == b"host" for name, _ in headers):
        headers = (host, *headers)
    return build_websocket_scope(
        http_version="1.1",
        extensions=_DENIAL,
        subprotocols=list(request.subprotocols),
        scheme="ws",
        host=host[1].decode("latin-1"),
        port=80,
        path=root_path + unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        raw_path=root_path.encode() + raw_path,
        query_string=query,
        headers=list(headers),
        client=("testclient", 50000),
        root_path=root_path,
        state=state,
        profile=UVICORN,
    )
