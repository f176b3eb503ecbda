"""Score `asgitest check` on the corpus: what it finds in the faulty apps, and what it says about their twins.

    make faults                              every app, with a fixed budget and seed
    make faults ARGS="--apps stores,sockets --cases 100"
    make faults ARGS="--whitebox off"        any other option goes to the command

Depends on: corpus, and the command line, as a user runs it.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.corpus import apps, faults, target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600.0
"""Seconds after which a run has hung. No figure depends on it."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one run said of one app.

    Args:
        findings: Findings that stand: no framework traits, none that was not seen again.
        cpu_seconds: Of the command and all its workers.
        trouble: What went wrong with the run itself.
    """

    findings: list[dict[str, Any]]
    cpu_seconds: float
    trouble: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [
            (finding["check"], subject)
            for finding in self.findings
            for subject in {finding["operation"], *finding["subjects"]}
        ]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [each for each in self.findings if each["severity"] == "error" and each["confidence"] != "tentative"]


def check(app: str, side: str, options: argparse.Namespace) -> Verdict:
    """Run the command on one app."""
    command = [sys.executable, "-m", "asgitest.conformance", "check", target(app, side), "--deterministic", "--quiet"]
    command += ["--cases", str(options.cases), "--seed", str(options.seed), "--workers", str(options.workers)]
    return run([*command, *options.more])


def run(command: Sequence[str]) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        before = cpu_of_children()
        try:
            done = subprocess.run(
                [*command, "--report", f"json={report}"],
                cwd=ROOT,
                env=os.environ | {"CI": "true"},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Verdict(findings=[], cpu_seconds=cpu_of_children() - before, trouble="hangs")
        spent = cpu_of_children() - before
        if not report.exists():
            return Verdict(findings=[], cpu_seconds=spent, trouble=f"exit {done.returncode}: {done.stderr[-300:]}")
        read = json.loads(report.read_text())
    standing = [each for each in read["findings"] if not each["quirk"] and not each["flaky"]]
    return Verdict(findings=standing, cpu_seconds=spent, trouble="; ".join(map(str, read["internal_errors"])))


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def missed(app: str, verdict: Verdict) -> list[str]:
    """Ids of the faults of *app* that no finding is about."""
    pairs = verdict.pairs
    return [fault.id for fault in faults().values() if fault.app == app and not fault.found_in(pairs)]


def title(finding: dict[str, Any]) -> str:
    return f"{finding['check']}  {finding['operation']}  {finding['message'].splitlines()[0][:140]}"


def print_table(names: Iterable[str], verdicts: dict[tuple[str, str], Verdict]) -> None:
    """Print found and missed faults for each family, then what the twins were accused of."""
    names = list(names)
    lost = {name for app in names for name in missed(app, verdicts[app, "faulty"])}
    families: dict[str, list[str]] = collections.defaultdict(list)
    for fault in faults().values():
        if fault.app in names:
            families[fault.family].append(fault.id)
    print(f"\n{'family':<12} found  of   missed")
    for family, ids in sorted(families.items()):
        gone = [name for name in ids if name in lost]
        print(f"{family:<12} {len(ids) - len(gone):>5}  {len(ids):<4} {', '.join(gone)}")
    total = sum(map(len, families.values()))
    print(f"{'all':<12} {total - len(lost):>5}  {total:<4} {100 * (total - len(lost)) / max(total, 1):.0f} %")
    clean = [verdicts[app, "clean"] for app in names]
    false = sum(len(verdict.errors) for verdict in clean)
    warnings = sum(each["severity"] == "warning" for verdict in clean for each in verdict.findings)
    print(f"\nclean twins: {false} errors, {warnings} warnings in {len(names)} apps")
    print(f"CPU seconds: {sum(verdict.cpu_seconds for verdict in verdicts.values()):.0f}")


def score(options: argparse.Namespace) -> int:
    """Run everything and print it as it comes."""
    names = [app for app in apps() if not options.apps or app in options.apps.split(",")]
    verdicts: dict[tuple[str, str], Verdict] = {}
    for app in names:
        for side in ("faulty", "clean"):
            verdicts[app, side] = verdict = check(app, side, options)
            if verdict.trouble:
                print(f"{side} {app}: {verdict.trouble}")
        faulty, clean = verdicts[app, "faulty"], verdicts[app, "clean"]
        gone = missed(app, faulty)
        print(f"{app:<24} {faulty.cpu_seconds:5.1f} s  missed: {', '.join(gone) or 'none'}", flush=True)
        for finding in clean.findings:
            if finding["severity"] != "info":
                print(f"    twin: {finding['severity']:<8}{title(finding)}")
    print_table(names, verdicts)
    if options.json:
        Path(options.json).write_text(json.dumps({"/".join(key): each.findings for key, each in verdicts.items()}))
    return 1 if any(verdicts[app, "clean"].errors for app in names) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="make faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--apps", default="", metavar="NAMES", help="only these, separated by commas")
    parser.add_argument("--cases", type=int, default=200, help="for each subject; default: 200")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", default="", metavar="FILE", help="write all findings there")
    options, options.more = parser.parse_known_args(arguments)
    return score(options)


if __name__ == "__main__":
    raise SystemExit(main())
