"""How long `asgitest check --profile quick` takes for an app of sixty operations, and `asgitest --help` for anybody.

    python benchmarks/latency.py [--runs N]

The app has ten resources with six operations each, bearer tokens and pydantic models. Seconds by the clock are those
that somebody waits; on a machine that does other things the CPU seconds tell more. Bytecode is compiled before.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

RESOURCES = ("books", "authors", "orders", "rooms", "events", "teams", "parts", "routes", "invoices", "devices")
HEAD = """
    from datetime import date
    from enum import Enum
    from typing import Annotated

    from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
    from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
    from pydantic import BaseModel, Field

    bearer = HTTPBearer(auto_error=False)
    REFUSED = {401: {"description": "no token"}}
    NOT_FOUND = REFUSED | {404: {"description": "there is none"}}


    def who(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
        if credentials is None or credentials.credentials != "token":
            raise HTTPException(401, headers={"www-authenticate": "Bearer"})
        return "ada"


    app = FastAPI()


    class Colour(str, Enum):
        red = "red"
        blue = "blue"
"""
RESOURCE = """

    class {model}In(BaseModel):
        name: str = Field(min_length=1, max_length=80)
        amount: int = Field(ge=0, le=10_000)
        weight: float | None = None
        colour: Colour = Colour.red
        day: date | None = None
        tags: list[str] = Field(default=[], max_length=10)


    class {model}({model}In):
        id: int


    {name}: dict[int, {model}] = {{}}
    {name}_router = APIRouter(prefix="/{name}", tags=["{name}"], dependencies=[Depends(who)])
    {name}_ids = iter(range(1, 10**9))


    @{name}_router.get("", responses=REFUSED)
    def list_{name}(
        limit: Annotated[int, Query(ge=1, le=100)] = 10, offset: Annotated[int, Query(ge=0, le=10**6)] = 0
    ) -> list[{model}]:
        return list({name}.values())[offset:][:limit]


    @{name}_router.post("", status_code=201, responses=REFUSED)
    def create_{name}(body: {model}In) -> {model}:
        new = {model}(id=next({name}_ids), **body.model_dump())
        {name}[new.id] = new
        return new


    @{name}_router.get("/{{item_id}}", responses=NOT_FOUND)
    def read_{name}(item_id: int) -> {model}:
        if item_id not in {name}:
            raise HTTPException(404)
        return {name}[item_id]


    @{name}_router.put("/{{item_id}}", responses=NOT_FOUND)
    def put_{name}(item_id: int, body: {model}In) -> {model}:
        if item_id not in {name}:
            raise HTTPException(404)
        {name}[item_id] = {model}(id=item_id, **body.model_dump())
        return {name}[item_id]


    @{name}_router.delete("/{{item_id}}", status_code=204, responses=NOT_FOUND)
    def delete_{name}(item_id: int) -> None:
        if {name}.pop(item_id, None) is None:
            raise HTTPException(404)


    @{name}_router.get("/{{item_id}}/related", responses=NOT_FOUND)
    def related_{name}(item_id: int, colour: Colour | None = None) -> list[{model}]:
        if item_id not in {name}:
            raise HTTPException(404)
        return [one for one in {name}.values() if colour in (None, one.colour)]


    app.include_router({name}_router)
"""
CONFIG = """
    [identities.ada]
    headers = { authorization = "Bearer token" }
    schemes = ["HTTPBearer"]
"""


def sixty_operations() -> str:
    """Write the app."""
    parts = [RESOURCE.format(name=name, model=name.title()) for name in RESOURCES]
    return textwrap.dedent(HEAD) + "".join(textwrap.dedent(part) for part in parts)


def timed(*command: str, folder: str) -> tuple[float, float, str]:
    """Run a command; return seconds by the clock, CPU seconds, and what it said."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, began = _cpu(), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment | {"CI": ""}, capture_output=True, text=True, check=False
    )
    return time.perf_counter() - began, _cpu() - before, done.stdout + done.stderr


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="the least of so many is printed")
    runs = parser.parse_args().runs
    ours = (sys.executable, "-m", "asgitest.conformance")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sixty.py").write_text(sixty_operations(), encoding="utf-8")
        Path(folder, "asgitest.toml").write_text(textwrap.dedent(CONFIG), encoding="utf-8")
        timed(*ours, "--help", folder=folder)
        bare = min(timed(sys.executable, "-c", "pass", folder=folder)[1] for _ in range(2 * runs))
        helped = min(timed(*ours, "--help", folder=folder)[1] for _ in range(2 * runs))
        print(f"asgitest --help: {(helped - bare) * 1000:.0f} ms of CPU beyond those of Python")
        quick = (*ours, "check", "sixty:app", "--config", "asgitest.toml", "--profile", "quick", "--workers", "2")
        for _ in range(runs):
            wall, cpu, said = timed(*quick, folder=folder)
            last = said.strip().splitlines()[-1]
            share = re.search(r"(\d+) operations? (?:was|were) not tested", said)
            left = f"; {share[1]} not tested" if share else ""
            print(f"quick, 60 operations: {wall:.1f} s by the clock, {cpu:.1f} s of CPU: {last}{left}")


if __name__ == "__main__":
    main()
