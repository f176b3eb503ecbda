"""What is measured: one operation for each workload, as a synchronous, an asynchronous and a raw program.

An operation checks its answer each time, so no client can be fast by being wrong.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from apps import BIG_BYTES, CHUNK, CHUNKS, GREETING_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

ITEM = {
    "id": 7,
    "name": "n" * 60,
    "price": 12.5,
    "tags": ["one", "two", "three", "four"],
    "attributes": {f"attribute-{number:02}": "v" * 16 for number in range(26)},
}
UPLOAD_BYTES = b"u" * (10 * 2**20)
ECHOES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP request and what its answer must be.

    ``size`` is the length of the response body, None where it is not fixed.
    """

    title: str
    method: str = "GET"
    path: str = "/get"
    options: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""
    cookies: dict[str, str] = field(default_factory=dict)
    forget_cookies: bool = False
    size: int | None = len(GREETING_BYTES)

    def verify(self, response: Any) -> None:
        """Raise if *response* is not the one expected."""
        if response.status_code != 200 or self.size not in {None, len(response.content)}:
            raise AssertionError(f"{self.title}: {response.status_code}, {len(response.content)} bytes")


EXCHANGES = {
    "get": Exchange(title="GET, small JSON"),
    "headers": Exchange(
        title="GET, two headers and two parameters",
        options={"headers": {"authorization": "Bearer abc", "x-request-id": "17"}, "params": {"q": "a b", "page": 2}},
    ),
    "post": Exchange(title="POST, 1 KB JSON", method="POST", path="/post", options={"json": ITEM}, size=None),
    "big": Exchange(title="GET, 1 MiB response", path="/big", size=len(BIG_BYTES)),
    "upload": Exchange(title="POST, 10 MiB", method="POST", path="/upload", body=UPLOAD_BYTES, size=None),
    "stream": Exchange(title="GET, 1000 chunks", path="/stream", size=len(CHUNK) * CHUNKS),
    "cookies": Exchange(title="GET, two cookies in the jar", path="/cookies", cookies={"sid": "abc", "lang": "en"}),
    "set-cookie": Exchange(title="GET, two Set-Cookie", path="/cookies", forget_cookies=True),
    "redirect": Exchange(title="GET, one redirect", path="/redirect"),
    "sync": Exchange(title="GET, a `def` endpoint", path="/sync"),
}
SESSIONS = {
    "websocket": "WebSocket: connect, ten echoes, close",
    "message": "WebSocket: one echo on an open session",
    "lifespan": "make a client, enter, leave",
    "fixture": "make a client, enter, GET, leave",
    "fresh": "make a client, GET",
}
TITLES = {**{name: exchange.title for name, exchange in EXCHANGES.items()}, **SESSIONS}


def sync_operation(workload: str, client: Any, make: Callable[[], Any]) -> Callable[[], None]:
    """The operation of *workload* for a client in the manner of Starlette.

    Args:
        workload: A key of ``TITLES``.
        client: An open client.
        make: Builds another client on the same app, not entered.
    """
    if workload in EXCHANGES:
        return sync_exchange(EXCHANGES[workload], client)

    def websocket() -> None:
        with client.websocket_connect("/ws") as session:
            for _ in range(ECHOES):
                session.send_text("x")
                if session.receive_text() != "x":
                    raise AssertionError("wrong echo")

    def lifespan() -> None:
        with make():
            pass

    def fixture() -> None:
        with make() as fresh_client:
            EXCHANGES["get"].verify(fresh_client.get("/get"))

    def fresh() -> None:
        EXCHANGES["get"].verify(make().get("/get"))

    return {"websocket": websocket, "lifespan": lifespan, "fixture": fixture, "fresh": fresh}[workload]


def sync_exchange(exchange: Exchange, client: Any) -> Callable[[], None]:
    """One request and its check."""
    options = {**exchange.options, **({"content": exchange.body} if exchange.body else {})}
    client.cookies.clear()
    client.cookies.update(exchange.cookies)

    def operation() -> None:
        if exchange.forget_cookies:
            client.cookies.clear()
        exchange.verify(client.request(exchange.method, exchange.path, **options))

    return operation


def message_operation(session: Any) -> Callable[[], None]:
    """One echo on an open WebSocket session."""

    def operation() -> None:
        session.send_text("x")
        if session.receive_text() != "x":
            raise AssertionError("wrong echo")

    return operation


def async_operation(exchange: Exchange, client: Any) -> Callable[[], Any]:
    """The same for a client in the manner of ``httpx.AsyncClient``."""
    options = {**exchange.options, **({"content": exchange.body} if exchange.body else {})}
    client.cookies.update(exchange.cookies)

    async def operation() -> None:
        if exchange.forget_cookies:
            client.cookies.clear()
        exchange.verify(await client.request(exchange.method, exchange.path, **options))

    return operation


def raw_operation(workload: str, app: Any) -> Callable[[], Any]:
    """The limit: the app called on a running loop, with a scope built once and callables that never suspend."""
    if workload in {"websocket", "message"}:
        return raw_socket(app, ECHOES if workload == "websocket" else 1, connect=workload == "websocket")
    if workload in {"lifespan", "fixture"}:
        return raw_lifespan(app, raw_exchange(EXCHANGES["get"], app) if workload == "fixture" else None)
    return raw_exchange(EXCHANGES["get" if workload == "fresh" else workload], app)


def raw_lifespan(app: Any, inside: Callable[[], Any] | None) -> Callable[[], Any]:
    """One lifespan call, with *inside* run between startup and shutdown."""

    async def operation() -> None:
        completed: list[str] = []

        async def receive() -> Any:
            if completed and inside:
                await inside()
            return {"type": "lifespan.shutdown" if completed else "lifespan.startup"}

        async def send(message: Any) -> None:
            completed.append(message["type"])

        await app({"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}, receive, send)
        if completed != ["lifespan.startup.complete", "lifespan.shutdown.complete"]:
            raise AssertionError(f"lifespan: {completed}")

    return operation


def raw_exchange(exchange: Exchange, app: Any) -> Callable[[], Any]:
    """One HTTP call; a redirect is followed by hand."""
    scope = raw_scope(exchange)
    request = {"type": "http.request", "body": raw_body(exchange), "more_body": False}
    follow = raw_exchange(EXCHANGES["get"], app) if exchange.path == "/redirect" else None

    async def operation() -> None:
        messages = [request]
        size = 0
        status = 0

        async def receive() -> Any:
            if messages:
                return messages.pop()
            await asyncio.Event().wait()
            return None

        async def send(message: Any) -> None:
            nonlocal size, status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))

        await app({**scope, "state": {}}, receive, send)
        if follow:
            await follow()
        elif status != 200 or exchange.size not in {None, size}:
            raise AssertionError(f"{exchange.title}: {status}, {size} bytes")

    return operation


def raw_body(exchange: Exchange) -> bytes:
    """The request body as a client would encode it."""
    return json.dumps(exchange.options["json"]).encode() if "json" in exchange.options else exchange.body


def raw_scope(exchange: Exchange) -> dict[str, Any]:
    """The scope a client would build for *exchange*."""
    headers = [
        (b"host", b"testserver"),
        (b"accept", b"*/*"),
        (b"accept-encoding", b"gzip, deflate"),
        (b"connection", b"keep-alive"),
        (b"user-agent", b"testclient"),
        *((name.encode(), value.encode()) for name, value in exchange.options.get("headers", {}).items()),
    ]
    if exchange.cookies:
        headers.append((b"cookie", "; ".join(f"{name}={value}" for name, value in exchange.cookies.items()).encode()))
    if body := raw_body(exchange):
        headers += [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": exchange.method,
        "scheme": "http",
        "path": exchange.path,
        "raw_path": exchange.path.encode(),
        "query_string": urlencode(exchange.options.get("params", {})).encode(),
        "root_path": "",
        "headers": headers,
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
        "extensions": {},
    }


def raw_socket(app: Any, echoes: int, *, connect: bool) -> Callable[[], Any]:
    """A WebSocket call with *echoes* messages.

    Without *connect* only the messages count: the call is made once for a batch, so it takes the number of messages.
    """
    scope = {**raw_scope(EXCHANGES["get"]), "type": "websocket", "scheme": "ws", "path": "/ws", "raw_path": b"/ws"}
    scope |= {"subprotocols": []}
    del scope["method"]

    async def operation(times: int = 1) -> None:
        todo = [{"type": "websocket.disconnect", "code": 1000}]
        todo += [{"type": "websocket.receive", "text": "x"}] * (echoes * times)
        todo += [{"type": "websocket.connect"}]
        received = 0

        async def receive() -> Any:
            return todo.pop()

        async def send(message: Any) -> None:
            nonlocal received
            received += message["type"] == "websocket.send"

        await app({**scope, "state": {}}, receive, send)
        if received != echoes * times:
            raise AssertionError(f"{received} echoes")

    operation.batched = not connect  # type: ignore[attr-defined]  # read by the meter
    return operation
