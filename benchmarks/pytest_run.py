"""What a test run costs with a client for each test: ``python benchmarks/pytest_run.py`` or ``make bench-pytest``.

The same 400 parametrised tests of a FastAPI app, each with a client of its own that sends one GET and one POST, are run
with our client, with Starlette's, and with none, in turn, each time by a fresh pytest. Shown are the medians of real
time and of CPU time. The goal is about CPU time beyond what the run costs without any client: a busy machine changes
it least. (Starlette's client also waits for other threads, which only real time shows.)
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 0.45
CLIENTS = {
    "asgitest": "from asgitest.testclient import TestClient",
    "Starlette": "from starlette.testclient import TestClient",
    "none": "TestClient = None",
}
SUITE = """
import fastapi
import pytest
from pydantic import BaseModel

{client}

app = fastapi.FastAPI()


class Item(BaseModel):
    name: str
    size: int


@app.get("/items/{{number}}")
async def read(number: int) -> Item:
    return Item(name="item", size=number)


@app.post("/items")
async def create(item: Item) -> Item:
    return item


@pytest.fixture
def client():
    if TestClient is None:
        yield None
    else:
        with TestClient(app) as client:
            yield client


@pytest.mark.parametrize("number", range({tests}))
def test_item(client, number):
    if client is None:
        return
    assert client.get(f"/items/{{number}}").json() == {{"name": "item", "size": number}}
    assert client.post("/items", json={{"name": "new", "size": number}}).json()["size"] == number
"""


def seconds(folder: Path) -> tuple[float, float]:
    """Real time and CPU time of one test run in *folder*."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", str(folder)]
    # Plugins cost the same whichever client is used, and much more than any: they would hide what is measured.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    if result.returncode:
        raise SystemExit(result.stdout + result.stderr)
    return ended - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run all three in turn, and print the medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folders = {name: Path(root, name) for name in CLIENTS}
        for name, folder in folders.items():
            folder.mkdir()
            suite = SUITE.format(client=CLIENTS[name], tests=options.tests)
            Path(folder, "test_suite.py").write_text(suite, encoding="utf-8")
        rounds = [{name: seconds(folder) for name, folder in folders.items()} for _ in range(options.rounds)]
    missed = False
    for kind, title in enumerate(("real time", "CPU time")):
        figures = ", ".join(
            f"{name} {statistics.median(each[name][kind] for each in rounds):.2f} s" for name in CLIENTS
        )
        whole = statistics.median(each["asgitest"][kind] / each["Starlette"][kind] for each in rounds)
        own = statistics.median(
            (each["asgitest"][kind] - each["none"][kind]) / (each["Starlette"][kind] - each["none"][kind])
            for each in rounds
        )
        print(f"{title}: {figures}; asgitest/Starlette {whole:.2f}, {own:.2f} beyond what the run costs anyway")
        missed = title == "CPU time" and own > GOAL
    raise SystemExit(f"missed the goal of {GOAL} of the CPU time of Starlette's client" if missed else 0)


if __name__ == "__main__":
    main()
