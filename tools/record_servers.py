"""Record what real servers call an app with, and what they let it receive, on loopback.

Each server serves one app that writes down its scope and every message; the conversations are the same for all. The
results are committed, so that the tests compare our scopes and messages with them without any server.

    python tools/record_servers.py [server ...]
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "testclient" / "recordings"
SERVERS = {
    "uvicorn": ["-m", "uvicorn", "tools.recorded_app:app", "--port", "{port}", "--log-level", "error"],
    "hypercorn": ["-m", "hypercorn", "tools.recorded_app:app", "--bind", "127.0.0.1:{port}"],
    "daphne": ["-m", "daphne", "tools.recorded_app:app", "--port", "{port}", "--bind", "127.0.0.1"],
    "granian": [
        "-m",
        "granian",
        "tools.recorded_app:app",
        "--interface",
        "asgi",
        "--port",
        "{port}",
        "--no-access-log",
    ],
}
PATIENCE = 20.0
SETTLING = 1.5


def record(server: str) -> dict[str, Any]:
    """Run one server, talk to it, and read what its app has written down."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        port = free_port()
        command = [sys.executable, *(part.format(port=port) for part in SERVERS[server])]
        environment = os.environ | {"RECORD_TO": str(notes), "PYTHONPATH": str(RECORDINGS.parents[2])}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            talk(port)
        finally:
            process.terminate()
            process.wait(PATIENCE)
        lines = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    return {"server": server, "version": version(server), "conversations": sorted(lines, key=lambda line: line["name"])}


def free_port() -> int:
    """Find a port that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until a server listens."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def talk(port: int) -> None:
    """Have every conversation once."""
    host = f"Host: 127.0.0.1:{port}\r\n"
    raw(port, f"GET /get/caf%C3%A9%2F?a=%20b&a=c HTTP/1.1\r\n{host}X-Two: 1\r\nx-two: 2\r\nX-Latin: caf\xe9\r\n\r\n")
    raw(port, f"POST /post HTTP/1.1\r\n{host}Content-Length: 5\r\n\r\nhello")
    raw(port, f"POST /chunked HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
    raw(port, f"GET /leave HTTP/1.1\r\n{host}\r\n", leave=True)
    from websockets.sync.client import connect  # noqa: PLC0415 - recording needs it, comparing does not

    for name, ending in (("closed", "code"), ("without-code", "no code"), ("lost", "abort")):
        with (
            contextlib.suppress(Exception),
            connect(f"ws://127.0.0.1:{port}/{name}", subprotocols=["a", "b"]) as client,
        ):
            client.send("text")
            client.send(b"bytes")
            end(client, ending)
    time.sleep(SETTLING)


def end(client: Any, ending: str) -> None:
    """Close a WebSocket with a code, without one, or not at all."""
    time.sleep(0.3)
    if ending == "code":
        client.close(4000, "bye")
    elif ending == "no code":
        client.socket.sendall(bytes([0x88, 0x80, 0, 0, 0, 0]))
        time.sleep(0.3)
    else:
        client.socket.shutdown(socket.SHUT_RDWR)


def raw(port: int, request: str, *, leave: bool = False) -> None:
    """Send a request as it is, and read the answer, or leave instead."""
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(request.encode("latin-1"))
        if leave:
            time.sleep(0.3)
            return
        client.settimeout(SETTLING)
        with contextlib.suppress(OSError):
            client.recv(65536)
        time.sleep(0.2)


def main() -> int:
    """Record the servers that were named, or all."""
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    for server in sys.argv[1:] or SERVERS:
        recorded = record(server)
        text = json.dumps(recorded, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
        (RECORDINGS / f"{server}.json").write_text(text, encoding="utf-8")
        print(server, recorded["version"], *(each["name"] for each in recorded["conversations"]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
