"""Endpoints that try to take the process with them. Each has to cost one case and become a finding."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import threading
import time

from fastapi import FastAPI

EXPECTED = {
    "GET /forever": "http.hangs",
    "GET /asleep": "http.hangs",
    "GET /asleep-in-thread": "http.hangs",
    "GET /busy": "http.hangs",
    "GET /exit": "http.process-killed",
    "GET /killed": "http.process-killed",
    "GET /segfault": "http.process-killed",
    "GET /memory": "http.unhandled-exception",
    "GET /thread": "http.hangs",
    "GET /interrupt": "http.process-killed",
    "GET /leave": "http.unhandled-exception",
}
app = FastAPI()


@app.get("/")
async def fine() -> dict[str, str]:
    return {}


@app.get("/forever")
async def forever() -> None:
    await asyncio.Event().wait()


@app.get("/asleep")
async def asleep() -> None:
    time.sleep(3600)  # noqa: ASYNC251  that is the fault


@app.get("/asleep-in-thread")
def asleep_in_thread() -> None:
    time.sleep(3600)


@app.get("/busy")
async def busy() -> None:
    while True:
        pass


@app.get("/exit")
async def leave_at_once() -> None:
    os._exit(3)


@app.get("/killed")
async def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@app.get("/segfault")
async def segfault() -> None:
    ctypes.string_at(0)


@app.get("/memory")
async def memory() -> dict[str, int]:
    return {"size": len(bytearray(1 << 40))}


@app.get("/thread")
async def thread() -> None:
    """Wait for a thread that is gone."""
    done = threading.Event()

    def work() -> None:
        raise SystemExit

    worker = threading.Thread(target=work)
    worker.start()
    while not done.is_set():  # noqa: ASYNC110  that is the fault
        await asyncio.sleep(1)


@app.get("/interrupt")
async def interrupt() -> None:
    raise KeyboardInterrupt


@app.get("/leave")
async def leave() -> None:
    raise SystemExit(4)
