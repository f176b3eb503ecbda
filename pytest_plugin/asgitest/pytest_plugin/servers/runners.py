"""The servers: each runs one app on one socket in the thread that calls ``run``, until another thread says ``stop``.

The socket is bound before anything starts, so that no other process can take its port.

Source: uvicorn ``Server``; hypercorn ``asyncio.serve``; granian ``server.embed``.
Depends on: the server that is asked for.
"""

# pyright: basic, reportMissingImports=false

from __future__ import annotations

import asyncio
import os
import socket
import time
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import threading

__all__ = ["RUNNERS", "Runner", "ServerKind", "bind", "wait_for_listener"]

ServerKind = Literal["uvicorn", "hypercorn", "granian"]
_GRACE_SECONDS = 5
_TURN_SECONDS = 0.01
_TURNS = 200


class Runner(Protocol):
    """One server."""

    def run(self) -> None:
        """Serve until it is told to stop, or cannot start."""
        ...

    def stop(self) -> None:
        """Tell it to stop, from another thread."""
        ...


def bind() -> socket.socket:
    """Bind a free port on the loopback interface.

    The port may be bound once more by this user: granian binds for itself, while ours keeps the port taken.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", 0))
    return bound


def wait_for_listener(address: tuple[str, int], gone: threading.Event) -> None:
    """Wait until somebody accepts connections on *address*, or *gone* is set."""
    while not gone.is_set():
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            gone.wait(0.01)
        else:
            return


class UvicornRunner:
    """Runs uvicorn."""

    def __init__(self, app: Any, bound: socket.socket) -> None:
        import uvicorn  # noqa: PLC0415  only the server that is asked for

        bound.listen()
        self._bound = bound
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="auto", timeout_graceful_shutdown=_GRACE_SECONDS
        )
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve."""
        self._server.run(sockets=[self._bound])

    def stop(self) -> None:
        """Leave the main loop at its next turn."""
        self._server.should_exit = True


class _LoopRunner:
    """What runs in a loop of its own, and is stopped by an event of that loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stopped = False

    def run(self) -> None:
        """Serve."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if not self._stopped:
            await self._serve(self._stop)

    async def _serve(self, stop: asyncio.Event) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        """Set the event."""
        self._stopped = True
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)


class HypercornRunner(_LoopRunner):
    """Runs hypercorn."""

    def __init__(self, app: Any, bound: socket.socket) -> None:
        super().__init__()
        bound.listen()
        self._app = app
        # Hypercorn closes what it is given.
        self._descriptor = os.dup(bound.fileno())

    async def _serve(self, stop: asyncio.Event) -> None:
        import hypercorn.asyncio  # noqa: PLC0415  only the server that is asked for
        import hypercorn.config  # noqa: PLC0415

        config = hypercorn.config.Config()
        config.bind = [f"fd://{self._descriptor}"]
        config.graceful_timeout = _GRACE_SECONDS
        config.errorlog = None
        await hypercorn.asyncio.serve(self._app, config, shutdown_trigger=stop.wait, mode="asgi")


class GranianRunner(_LoopRunner):
    """Runs granian."""

    def __init__(self, app: Any, bound: socket.socket) -> None:
        super().__init__()
        self._app = app
        self._port = bound.getsockname()[1]

    def run(self) -> None:
        """Serve."""
        before = _native_threads()
        super().run()
        _threads_end(before)

    async def _serve(self, stop: asyncio.Event) -> None:
        from granian.constants import Interfaces  # noqa: PLC0415  only the server that is asked for
        from granian.server.embed import Server  # noqa: PLC0415

        server = Server(self._app, address="127.0.0.1", port=self._port, interface=Interfaces.ASGI, log_enabled=False)
        serving = asyncio.ensure_future(server.serve())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            stop_server: Any = server.stop
            stop_server()
        stopping.cancel()
        await serving


def _native_threads() -> int:
    """How many threads the process has, those of other languages included; 0 where that cannot be told."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208  a count is all that is wanted
    except OSError:
        return 0


def _threads_end(before: int) -> None:
    """Wait for granian's own threads, which end a little after it: Python must not end before them."""
    for _ in range(_TURNS):
        if _native_threads() <= before:
            return
        time.sleep(_TURN_SECONDS)


RUNNERS: dict[ServerKind, Any] = {"uvicorn": UvicornRunner, "hypercorn": HypercornRunner, "granian": GranianRunner}
