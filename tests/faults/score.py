"""Score `asgitest check` on the corpus: what it finds in the faulty apps, and what it says about their twins.

    make faults                              every app, with a fixed budget and seed
    make faults ARGS="--apps stores,sockets --cases 100"
    make faults ARGS="--schemathesis"        Schemathesis, in process, on the same apps
    make faults ARGS="--mutants"             the mutants of the bookshop instead
    make faults ARGS="--whitebox off"        any other option goes to the command

Depends on: corpus, mutants, and the command line, as a user runs it.
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

from tests.faults.corpus import SIDES, apps, faults, target
from tests.faults.mutants import CONFIG, folder_of, mutants, token

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.faults.mutants import Mutant

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


def check(app: str, options: argparse.Namespace, *more: str) -> Verdict:
    """Run the command on one app, or Schemathesis through its bridge."""
    command = [sys.executable, "-m", "asgitest.conformance"]
    if options.schemathesis:
        command += ["schemathesis", app, "--max-examples", str(options.cases)]
    else:
        command += ["check", app, "--deterministic", "--cases", str(options.cases), "--workers", str(options.workers)]
    return run([*command, "--quiet", "--seed", str(options.seed), *more, *options.more])


def check_mutant(mutant: Mutant | None, include: Iterable[str], options: argparse.Namespace) -> Verdict:
    """Run the command on a mutant of the bookshop, or on the bookshop itself, as a user who has set up identities."""
    with folder_of(mutant) as folder:
        words = [word for pattern in include for word in ("--include", pattern)]
        return check("examples.bookshop:app", options, "--app-dir", str(folder), "--config", str(CONFIG), *words)


def run(command: Sequence[str]) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        before = cpu_of_children()
        try:
            done = subprocess.run(
                [*command, "--report", f"json={report}"],
                cwd=ROOT,
                env=os.environ | {"CI": "true", "BOOKSHOP_TOKEN": token()},
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


def print_app(app: str, side: str, verdict: Verdict) -> None:
    """Print what one run missed, or what it accused a twin of."""
    print(f"{side:<6} {app:<24} {verdict.cpu_seconds:5.1f} s", end="  ")
    if side == "faulty":
        print(f"missed: {', '.join(missed(app, verdict)) or 'none'}", flush=True)
    else:
        print(f"{len(verdict.errors)} errors", flush=True)
        for finding in verdict.findings:
            if finding["severity"] != "info":
                print(f"    {finding['severity']:<8}{title(finding)}")
    if verdict.trouble:
        print(f"    the run itself: {verdict.trouble}")


def print_table(names: Sequence[str], verdicts: dict[tuple[str, str], Verdict]) -> None:
    """Print found and missed faults for each family."""
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


def print_accusations(names: Sequence[str], verdicts: dict[tuple[str, str], Verdict]) -> None:
    """Print how much was said about the twins."""
    clean = [verdicts[app, "clean"] for app in names]
    false = sum(len(verdict.errors) for verdict in clean)
    warnings = sum(each["severity"] == "warning" for verdict in clean for each in verdict.findings)
    print(f"clean twins: {false} errors, {warnings} warnings in {len(names)} apps")


def score(options: argparse.Namespace) -> int:
    """Run everything and print it as it comes."""
    names = [app for app in apps() if not options.apps or app in options.apps.split(",")]
    verdicts: dict[tuple[str, str], Verdict] = {}
    for app in names:
        for side in options.sides:
            verdicts[app, side] = verdict = check(target(app, side), options)
            print_app(app, side, verdict)
    if "faulty" in options.sides:
        print_table(names, verdicts)
    if "clean" in options.sides:
        print_accusations(names, verdicts)
    print(f"CPU seconds: {sum(verdict.cpu_seconds for verdict in verdicts.values()):.0f}")
    if options.json:
        Path(options.json).write_text(json.dumps({"/".join(key): each.findings for key, each in verdicts.items()}))
    return 1 if any(verdict.errors for (_, side), verdict in verdicts.items() if side == "clean") else 0


def score_mutants(options: argparse.Namespace) -> int:
    """Run the command on every mutant, and on the bookshop as it is."""
    names = [name for name in mutants() if not options.apps or name in options.apps.split(",")]
    lost, spent = [], 0.0
    for name in names:
        mutant = mutants()[name]
        verdict = check_mutant(mutant, mutant.include, options)
        found = mutant.found_in(verdict.pairs)
        lost += [] if found else [name]
        spent += verdict.cpu_seconds
        print(
            f"{name:<28} {verdict.cpu_seconds:5.1f} s  {'found' if found else 'missed'}  {verdict.trouble}", flush=True
        )
    print(f"\nmutants: {len(names) - len(lost)} of {len(names)} found; missed: {', '.join(lost) or 'none'}")
    itself = check_mutant(None, (), options)
    print_app("the bookshop itself", "clean", itself)
    print(f"CPU seconds: {spent + itself.cpu_seconds:.0f}")
    return 1 if itself.errors else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="make faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--apps", default="", metavar="NAMES", help="only these apps or mutants, separated by commas")
    parser.add_argument("--mutants", action="store_true", help="the mutants of the bookshop instead of the corpus")
    parser.add_argument("--schemathesis", action="store_true", help="run Schemathesis; CASES is its max-examples")
    parser.add_argument("--side", dest="sides", action="append", choices=SIDES, help="only this; default: both")
    parser.add_argument("--cases", type=int, default=200, help="for each subject; default: 200")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", default="", metavar="FILE", help="write all findings there")
    options, options.more = parser.parse_known_args(arguments)
    options.sides = options.sides or SIDES
    return score_mutants(options) if options.mutants else score(options)


if __name__ == "__main__":
    raise SystemExit(main())
