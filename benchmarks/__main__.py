"""Measure test clients side by side: ``python benchmarks`` or ``make bench``.

All clients run the same workload on the same app in one process, in shuffled order, round after round. What counts is
the median over rounds of the ratio to the raw call (``await app(scope, receive, send)``) of the same round: a busy
machine slows both alike. Time is CPU time of the process. Compare figures of one run only.

    make bench ARGS="--apps fastapi --workloads get,stream --rounds 15"
    make bench ARGS="--markdown"            the table for the docs
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import platform
import random
import statistics
import sys
import warnings
from typing import TYPE_CHECKING, Any

from apps import APPS
from clients import CLIENTS, Unsupported
from workloads import TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MISSING = (ImportError, AttributeError, Unsupported)


def measure(app: Any, workload: str, options: argparse.Namespace) -> dict[str, tuple[float, float]]:
    """Microseconds and ratio to raw for each client that can do *workload*."""
    with contextlib.ExitStack() as stack:
        batches: dict[str, Callable[[int], float]] = {}
        for name in options.clients:
            try:
                batches[name] = stack.enter_context(CLIENTS[name](app, workload))
            except MISSING:
                continue
            except Exception as error:  # noqa: BLE001 - a peer that fails is a result, not the end of the run
                print(f"  {name} cannot: {type(error).__name__}: {error}", file=sys.stderr)
        counts = {name: calibrate(batch, options.seconds, name) for name, batch in batches.items()}
        counts = {name: count for name, count in counts.items() if count}
        rounds = [one_round(batches, counts) for _ in range(options.rounds)]
    return {
        name: (
            statistics.median(each[name] for each in rounds) * 1e6,
            statistics.median(each[name] / each["raw"] for each in rounds),
        )
        for name in counts
    }


def calibrate(batch: Callable[[int], float], seconds: float, name: str) -> int:
    """How often to run the operation so that a batch takes about *seconds*; 0 if the client fails at it."""
    try:
        batch(2)
        return max(1, round(seconds / max(batch(3) / 3, 1e-7)))
    except Exception as error:  # noqa: BLE001 - as above
        print(f"  {name} fails: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
        return 0


def one_round(batches: dict[str, Callable[[int], float]], counts: dict[str, int]) -> dict[str, float]:
    """Seconds for each operation, every client once, in random order."""
    names = random.sample(list(counts), len(counts))
    gc.collect()
    return {name: batches[name](counts[name]) / counts[name] for name in names}


def show(app: str, workload: str, figures: dict[str, tuple[float, float]]) -> None:
    """Print one group as plain text."""
    print(f"\n{app}: {TITLES[workload]}")
    for name, (microseconds, ratio) in figures.items():
        print(f"  {name:24}{microseconds:12.1f} us{ratio:10.2f} x raw", flush=True)


def show_markdown(app: str, table: dict[str, dict[str, tuple[float, float]]], clients: Sequence[str]) -> None:
    """Print one app as a table of ratios."""
    columns = [name for name in clients if any(name in figures for figures in table.values())]
    print(f"\n**{app}**\n\n| workload | " + " | ".join(columns) + " |\n|---|" + "---:|" * len(columns))
    for workload, figures in table.items():
        cells = [f"{figures[name][1]:.1f}" if name in figures else "" for name in columns]
        cells[0] = f"{figures['raw'][0]:.0f} us" if "raw" in figures else ""
        print(f"| {TITLES[workload]} | " + " | ".join(cells) + " |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=chosen(APPS), default=["starlette", "fastapi"])
    parser.add_argument("--workloads", type=chosen(TITLES), default=list(TITLES))
    parser.add_argument("--clients", type=chosen(CLIENTS), default=list(CLIENTS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.01, help="length of one batch")
    parser.add_argument("--markdown", action="store_true", help="tables of ratios instead of groups")
    options = parser.parse_args(arguments)
    options.clients = ["raw", *(name for name in options.clients if name != "raw")]
    warnings.simplefilter("ignore")
    print(f"Python {platform.python_version()}, {options.rounds} rounds; figures are times the raw call")
    for app in options.apps:
        table: dict[str, dict[str, tuple[float, float]]] = {}
        for workload in options.workloads:
            table[workload] = measure(APPS[app](), workload, options)
            if not options.markdown:
                show(app, workload, table[workload])
        if options.markdown:
            show_markdown(app, table, options.clients)


def chosen(known: dict[str, Any]) -> Callable[[str], list[str]]:
    """A parser of comma-separated names, each of which must be *known*."""

    def parse(text: str) -> list[str]:
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of: {', '.join(known)}")
        return names

    return parse


if __name__ == "__main__":
    main()
