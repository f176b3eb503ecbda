"""Use one client for long, and many clients in a row, and see that every answer is right and nothing is left.

Six threads send 24,000 requests of every kind to one app that also has a background task and a socket of its own; then
300 clients are opened and closed on an app whose lifespan serves a TCP socket, which is used while the client is idle.

    python -X dev -W error benchmarks/soak.py [--driver baton] [--requests 24000] [--cycles 300]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from asgitest.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

THREADS = 6
ticks = Counter[str]()


async def get(request: Request) -> Response:
    await asyncio.sleep(0)
    return JSONResponse({"number": int(request.query_params["number"])})


def sync(request: Request) -> Response:
    return JSONResponse({"number": int(request.query_params["number"])})


async def post(request: Request) -> Response:
    return JSONResponse(await request.json(), background=BackgroundTask(count_background))


async def count_background() -> None:
    """What runs after the response."""
    await asyncio.sleep(0)
    ticks["background"] += 1


async def stream(request: Request) -> Response:
    number = request.query_params["number"]

    async def chunks() -> AsyncIterator[str]:
        for _ in range(5):
            yield number
            await asyncio.sleep(0)

    return StreamingResponse(chunks())


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The app's own socket: a line in, the same line out."""
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    """A ticking task and a listening socket, both gone at the end."""

    async def tick() -> None:
        while True:
            ticks["ticks"] += 1
            await asyncio.sleep(0.001)

    task = asyncio.create_task(tick())
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield {"port": server.sockets[0].getsockname()[1]}
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


app = Starlette(
    routes=[
        Route("/get", get),
        Route("/sync", sync),
        Route("/post", post, methods=["POST"]),
        Route("/stream", stream),
        WebSocketRoute("/echo", echo),
    ],
    lifespan=lifespan,
)


def one_request(client: TestClient, number: int) -> str:
    """Send the request of this number, check its answer, and say of what kind it was."""
    kind = ("get", "get", "sync", "post", "stream", "websocket")[number % 6]
    if kind == "websocket":
        with client.websocket_connect("/echo") as session:
            session.send_text(str(number))
            answer = session.receive_text()
        expect(kind, answer, str(number))
    elif kind == "post":
        expect(kind, client.post("/post", json={"number": number}).json(), {"number": number})
    elif kind == "stream":
        with client.stream("GET", f"/stream?number={number}") as response:
            expect(kind, "".join(response.iter_text()), str(number) * 5)
    else:
        expect(kind, client.get(f"/{kind}?number={number}").json(), {"number": number})
    return kind


def expect(kind: str, found: object, expected: object) -> None:
    """Raise if an answer is not the one expected."""
    if found != expected:
        raise AssertionError(f"{kind}: {found!r} is not {expected!r}")


def many_requests(options: argparse.Namespace) -> None:
    """All threads on one client."""
    ticks.clear()
    with TestClient(app, driver=options.driver) as client, ThreadPoolExecutor(THREADS) as pool:
        kinds = Counter(pool.map(lambda number: one_request(client, number), range(options.requests)))
        expect("answers", kinds.total(), options.requests)
    expect("background tasks", ticks["background"], kinds["post"])
    if not ticks["ticks"]:
        raise AssertionError("the app's own task never ran")


def many_clients(options: argparse.Namespace) -> None:
    """Open, talk to the app's socket while the client is idle, close."""
    for number in range(options.cycles):
        with TestClient(app, driver=options.driver) as client:
            address = ("127.0.0.1", client.app_state["port"])
            with socket.create_connection(address, timeout=30) as connection:
                connection.sendall(b"%d\n" % number)
                expect("socket", connection.makefile("rb").readline(), b"%d\n" % number)
            if number % 3 == 0:
                one_request(client, number)


def leftovers() -> dict[str, int]:
    """Threads, descriptors and tasks that are there now."""
    gc.collect()
    return {
        "threads": threading.active_count(),
        "descriptors": sum(1 for _ in Path("/dev/fd").iterdir()),
        "tasks": sum(isinstance(each, asyncio.Task) for each in gc.get_objects()),
    }


def main() -> None:
    """Run both parts and say how long they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", default="auto")
    parser.add_argument("--requests", type=int, default=24_000)
    parser.add_argument("--cycles", type=int, default=300)
    options = parser.parse_args()
    many_clients(argparse.Namespace(driver=options.driver, cycles=2))
    before = leftovers()
    for part in (many_requests, many_clients):
        start = time.perf_counter()
        part(options)
        print(f"{sys.version.split()[0]} {options.driver} {part.__name__}: {time.perf_counter() - start:.1f} s")
    expect("leftovers", leftovers(), before)


if __name__ == "__main__":
    main()
