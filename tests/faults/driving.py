"""A hand that drives the apps of the corpus: through the test client, and where that is too polite, by raw ASGI calls.

Depends on: asgitest.testclient, and asyncio for the raw calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from starlette.websockets import WebSocketDisconnect

from asgitest.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

DEADLINE = 4.0
"""Seconds after which a call counts as hanging. Only apps that hang ever wait for it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sent:
    """The messages an app sent in one call.

    Args:
        messages: All of them.
        end: How the call ended: `returned`, `raised` or `hung`.
        late: How many of the messages came after it.
    """

    messages: list[dict[str, Any]]
    end: str
    late: int = 0

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]

    @property
    def status(self) -> Any:
        return next(message["status"] for message in self.messages if message["type"] == "http.response.start")

    @property
    def body(self) -> bytes:
        return b"".join(
            message.get("body", b"") for message in self.messages if message["type"] == "http.response.body"
        )

    def all(self, name: str) -> list[str]:
        start = next(message for message in self.messages if message["type"] == "http.response.start")
        return [value.decode("latin-1") for key, value in start["headers"] if key.decode("latin-1").lower() == name]

    def header(self, name: str) -> str:
        return self.all(name)[0]


def scope_of(kind: str, target: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "ws" if kind == "websocket" else "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"testserver"), *headers],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "extensions": {},
        "state": {},
    }


def pairs(headers: dict[str, str] | None) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]


async def call(app: Any, scope: dict[str, Any], inbox: Iterable[dict[str, Any]], last: dict[str, Any] | None) -> Sent:
    """Call *app* with the messages of *inbox*, then with *last* for ever; with None it waits for ever."""
    waiting, messages, in_time = iter(inbox), [], []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        message = next(waiting, last)
        return message if message is not None else await asyncio.Future()

    async def send(message: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        messages.append(message)

    async def run() -> None:
        await app(scope, receive, send)
        in_time.extend(messages)

    task = asyncio.create_task(run())
    await asyncio.wait([task], timeout=DEADLINE)
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=DEADLINE)
        return Sent(messages=messages, end="hung")
    if task.exception():
        return Sent(messages=messages, end="raised")
    for _ in range(10):
        await asyncio.sleep(0)
    return Sent(messages=messages, end="returned", late=len(messages) - len(in_time))


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run *main* in a loop of its own, and leave behind whatever does not end by itself."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    try:
        return loop.run_until_complete(main)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(asyncio.sleep(0.01))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


class Hand:
    """Drives one app. Its methods answer what the app did; the drives say whether that was a fault."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._client: TestClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client:
            self._client.__exit__(None, None, None)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in {"get", "post", "put", "patch", "delete", "head", "options"}:
            raise AttributeError(name)
        if self._client is None:
            self._client = TestClient(self.app, raise_server_exceptions=False, validate="off").__enter__()
        return getattr(self._client, name)

    def schema(self) -> dict[str, Any]:
        return self.get("/openapi.json").json()

    def responses(self, path: str, method: str = "get") -> dict[str, Any]:
        return self.schema()["paths"][path][method]["responses"]

    def raises(self, method: str, path: str, **options: Any) -> bool:
        try:
            TestClient(self.app, validate="off").request(method, path, **options)
        except (Exception, SystemExit):  # noqa: BLE001  any of them is what the fault is about
            return True
        return False

    def fails_now(self, method: str, path: str, **options: Any) -> bool:
        """Whether the request raises, hangs or breaks off in the lifespan that earlier requests were made in."""
        try:
            TestClient.request(self.get.__self__, method, path, timeout=DEADLINE, **options)  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001  any of them is what the fault is about
            return True
        return False

    def without_lifespan(self, method: str, path: str) -> int:
        return TestClient(self.app, raise_server_exceptions=False, validate="off").request(method, path).status_code

    def raw(
        self, method: str, target: str, *, headers: dict[str, str] | None = None, body: Iterable[bytes] = ()
    ) -> Sent:
        scope = scope_of("http", target, pairs(headers)) | {"method": method}
        pieces = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
        inbox = [*pieces, {"type": "http.request", "body": b"", "more_body": False}]
        return run(call(self.app, scope, inbox, None))

    def raw_hangs(self, method: str, target: str) -> bool:
        return self.raw(method, target).end == "hung"

    def hangs(self, method: str, target: str, *, before: tuple[str, str]) -> bool:
        async def both() -> Sent:
            for verb, path in (before, (method, target)):
                inbox = [{"type": "http.request", "body": b"", "more_body": False}]
                sent = await call(self.app, scope_of("http", path) | {"method": verb}, inbox, None)
            return sent

        return run(both()).end == "hung"

    def outlives_disconnect(self, target: str) -> bool:
        inbox = [{"type": "http.request", "body": b"", "more_body": False}]
        scope = scope_of("http", target) | {"method": "GET"}
        return run(call(self.app, scope, inbox, {"type": "http.disconnect"})).end == "hung"

    def _session(self, target: str, frames: Iterable[str | bytes], headers: dict[str, str] | None = None) -> Sent:
        received = [
            {"type": "websocket.receive", "text" if isinstance(frame, str) else "bytes": frame} for frame in frames
        ]
        inbox = [{"type": "websocket.connect"}, *received]
        scope = scope_of("websocket", target, pairs(headers)) | {"subprotocols": []}
        return run(call(self.app, scope, inbox, {"type": "websocket.disconnect", "code": 1005}))

    def session_raises(self, target: str, *frames: str | bytes) -> bool:
        return self._session(target, frames).end == "raised"

    def session_fails(self, target: str, *frames: str) -> bool:
        """Whether a session, inside a lifespan, ends with anything but a close."""
        with TestClient(self.app, validate="off") as client:
            try:
                with client.websocket_connect(target) as session:
                    for frame in frames:
                        session.send_text(frame)
                    while True:
                        session.receive_text()
            except WebSocketDisconnect:
                return False
            except Exception:  # noqa: BLE001  any of them is what the fault is about
                return True

    def session_messages(
        self, target: str, *frames: str | bytes, headers: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        return self._session(target, frames, headers).messages

    def session_outlives_disconnect(self, target: str) -> bool:
        return self._session(target, ()).end == "hung"

    def lifespan(self) -> list[str]:
        """What the app sends in one lifespan, then `hangs`, `raises` or `returns` if a step was not answered."""
        return run(lifespan(self.app))

    def tasks_after_lifespan(self) -> int:
        async def count() -> int:
            await lifespan(self.app)
            return len(asyncio.all_tasks()) - 1

        return run(count())


async def lifespan(app: Any) -> list[str]:
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[str] = asyncio.Queue()
    seen: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        await outbox.put(message["type"])

    async def run_app() -> None:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, send)

    task = asyncio.create_task(run_app())
    for step in ("lifespan.startup", "lifespan.shutdown"):
        await inbox.put({"type": step})
        answer = asyncio.create_task(outbox.get())
        await asyncio.wait([answer, task], timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
        answered = answer.done()
        if answered:
            seen.append(answer.result())
        answer.cancel()
        seen += [outbox.get_nowait() for _ in range(outbox.qsize())]
        if not answered:
            seen.append(ending(task))
        if not answered or seen[-1] != "lifespan.startup.complete":
            break
    if not task.done():
        await asyncio.wait([task], timeout=DEADLINE)
        task.cancel()
    await asyncio.wait([task])
    return seen


def ending(task: asyncio.Task[None]) -> str:
    if not task.done():
        return "hangs"
    return "raises" if task.exception() else "returns"
