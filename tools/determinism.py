"""The same seed gives the same findings, whatever the number of workers: each app several times, and what differs.

    python tools/determinism.py [--times N] [--cases N] [--workers 1,2,4] [APP ...]

Compared are the JSON reports without what is measured: times, processes, and the words of the command line.
"""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
APPS = ("examples.bookshop_broken:app", "tests.conformance.apps.seeded:app", "tests.conformance.apps.hostile:app")
# Times, and the bytes of an answer: gzip writes the time of day into them.
MEASURED = frozenset({"started", "cpu_seconds", "wall_seconds", "workers_replaced", "duration_ms", "base64"})


def findings_of(app: str, *, workers: int, cases: int, seed: int) -> str:
    """Check an app in processes of its own; return its report without what is measured."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        words = ["check", app, "--seed", str(seed), "--cases", str(cases), "--workers", str(workers), "--deterministic"]
        done = subprocess.run(
            [sys.executable, "-m", "asgitest.conformance", *words, "--report", f"json={report}", "--quiet"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise SystemExit(f"{app}: exit {done.returncode}: {done.stderr}")
        return json.dumps(without_measures(json.loads(report.read_text("utf-8"))), indent=1, sort_keys=True)


def without_measures(value: Any) -> Any:
    """Leave out what is measured."""
    if isinstance(value, dict):
        return {key: without_measures(item) for key, item in value.items() if key not in MEASURED}
    return [without_measures(item) for item in value] if isinstance(value, list) else value


def main() -> int:
    """Run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="*", default=APPS, metavar="APP")
    parser.add_argument("--times", type=int, default=10, help="for each number of workers")
    parser.add_argument("--cases", type=int, default=60, help="for each subject")
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    differing = 0
    for app in options.apps:
        first = ""
        for turn in range(options.times):
            for workers in (int(word) for word in options.workers.split(",")):
                seen = findings_of(app, workers=workers, cases=options.cases, seed=options.seed)
                first = first or seen
                if seen == first:
                    continue
                differing += 1
                print(f"{app}: turn {turn + 1} with {workers} workers differs from the first:")
                lines = difflib.unified_diff(first.splitlines(), seen.splitlines(), "first", "this", lineterm="", n=2)
                print("\n".join([*lines][:60]))
        count = len(json.loads(first)["findings"])
        print(f"{app}: {count} findings, {options.times} times with {options.workers} workers")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
