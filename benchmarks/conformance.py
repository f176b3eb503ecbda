"""How many cases a CPU second sends to an app of six operations: ours with and without white box, and Schemathesis.

    python benchmarks/conformance.py [--cases N] [--no-peer]

All three run in this process, on the same app, with their default checks. Figures are per CPU second and vary with
the machine and with what else it does; the ratio does not. So ours is the best of several rounds, and a loop of half
a million squares is measured around each, as a unit: 0.043 s on the machine whose figures the goals are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import textwrap
import time
from pathlib import Path

_UNIT = 0.043
_ROUNDS = 5
APP = """
    import itertools
    from fastapi import FastAPI, HTTPException
    from pydantic import BaseModel, Field

    app = FastAPI()
    NOT_FOUND = {404: {"description": "there is none"}}


    class ItemIn(BaseModel):
        name: str = Field(min_length=1, max_length=50)
        price: float = Field(ge=0, le=1e6)
        tags: list[str] = []


    class Item(ItemIn):
        id: int


    items: dict[int, Item] = {}
    numbers = itertools.count(1)


    @app.get("/items")
    async def list_items(limit: int = 10, offset: int = 0) -> list[Item]:
        return list(items.values())[max(offset, 0):][:min(max(limit, 0), 10)]


    @app.post("/items", status_code=201)
    async def create(item: ItemIn) -> Item:
        new = Item(id=next(numbers), **item.model_dump())
        items[new.id % 100] = new
        return new


    @app.get("/items/{item_id}", responses=NOT_FOUND)
    async def read(item_id: int) -> Item:
        if item_id not in items:
            raise HTTPException(404)
        return items[item_id]


    @app.put("/items/{item_id}", responses=NOT_FOUND)
    async def put(item_id: int, item: ItemIn) -> Item:
        if item_id not in items:
            raise HTTPException(404)
        items[item_id] = Item(id=item_id, **item.model_dump())
        return items[item_id]


    @app.delete("/items/{item_id}", status_code=204, responses=NOT_FOUND)
    async def delete(item_id: int) -> None:
        if items.pop(item_id, None) is None:
            raise HTTPException(404)


    @app.get("/search")
    async def search(q: str, page: int = 1) -> dict[str, int]:
        return {"hits": sum(q in item.name for item in items.values())}
"""


def unit() -> float:
    """CPU seconds of a loop of half a million squares."""
    began = time.process_time()
    sum(number * number for number in range(500_000))
    return time.process_time() - began


def ours(module: str, folder: Path, *, whitebox: str, cases: int) -> tuple[float, float]:
    """Cases for each CPU second: those of the best round, and the median of what they were on the other machine."""
    from asgitest.conformance.engine.messages import Task  # noqa: PLC0415
    from asgitest.conformance.engine.perform import perform  # noqa: PLC0415
    from asgitest.conformance.engine.session import Session  # noqa: PLC0415
    from asgitest.conformance.options import RunOptions  # noqa: PLC0415

    session = Session(RunOptions(target=f"{module}:app", app_dir=folder, deterministic=True, whitebox=whitebox))  # type: ignore[arg-type]
    sent = 0

    def tell(message: object) -> None:
        nonlocal sent
        sent += getattr(message, "cases", 0)

    def all_operations(number: int) -> None:
        for label in session.operations:
            perform(session, Task(number=1, kind="http", subject=label, cases=number), tell=tell, journal=None)

    all_operations(20)
    rounds: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        before, sent, began = unit(), 0, time.process_time()
        all_operations(cases)
        rate = sent / (time.process_time() - began)
        rounds.append((rate, rate * (before + unit()) / 2 / _UNIT))
    session.close()
    return max(rate for rate, _ in rounds), sorted(scaled for _, scaled in rounds)[_ROUNDS // 2]


def peer(module: str, *, cases: int) -> float:
    """Cases of Schemathesis for each CPU second, its engine in process, its default checks."""
    import schemathesis  # noqa: PLC0415
    from hypothesis import HealthCheck, Phase, given, settings  # noqa: PLC0415

    app = sys.modules[module].app
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    sent = 0

    def one(case: object) -> None:
        nonlocal sent
        sent += 1
        response = case.call()  # type: ignore[attr-defined]
        try:
            case.validate_response(response)  # type: ignore[attr-defined]
        except BaseException as error:
            if not type(error).__module__.startswith("schemathesis"):
                raise

    began = time.process_time()
    for result in schema.get_all_operations():
        strategy = result.ok().as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
        configured = settings(
            max_examples=cases,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        configured(given(case=strategy)(one))()
    return sent / (time.process_time() - began)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=400, help="for each operation")
    parser.add_argument("--no-peer", action="store_true", help="leave Schemathesis out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module in ("crud_plain", "crud_watched"):
            (folder / f"{module}.py").write_text(textwrap.dedent(APP), encoding="utf-8")
        sys.path.insert(0, name)
        plain, scaled = ours("crud_plain", folder, whitebox="off", cases=options.cases)
        print(f"asgitest, white box off: {plain:7,.0f} cases for each CPU second; {scaled:,.0f} in units")
        watched, scaled = ours("crud_watched", folder, whitebox="auto", cases=options.cases)
        print(f"asgitest, white box on:  {watched:7,.0f}; {scaled:,.0f} in units")
        if not options.no_peer:
            theirs = peer("crud_plain", cases=max(options.cases // 8, 20))
            print(f"schemathesis:            {theirs:7,.0f}  (ours, white box off: {plain / theirs:.0f} times as many)")


if __name__ == "__main__":
    main()
