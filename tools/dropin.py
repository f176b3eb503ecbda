"""Run the suites of Starlette and FastAPI with their own test client and with ours, and compare.

The sdists come from the package index by pip; each suite runs in an environment of its own, once as it is and
once with ``dropin_swap``. A test that passes with the stock client and fails with ours, twice and also alone,
is a new failure: its id is printed and the exit code is 1. Outcomes of the stock run are kept in
``build/dropin`` and reused (``--fresh`` runs them again).

    python tools/dropin.py [--suite starlette|fastapi] [-k EXPRESSION] [--workers N] [--fresh]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "dropin"
ENVIRONMENT = ROOT / ".venv-dropin"
PYTHON = ENVIRONMENT / "bin" / "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A foreign project whose tests we run.

    ``requirements`` are what its tests import; ``ignored`` are paths that measure speed or test nothing of the
    client but need much to be installed.
    """

    name: str
    version: str
    requirements: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    @property
    def directory(self) -> Path:
        """Where the sdist is unpacked."""
        return BUILD / f"{self.name}-{self.version}"


SUITES = (
    Suite(
        name="starlette",
        version="1.10.0",
        requirements=(
            "httpx2[zstd]>=2.0.0",
            "httpx>=0.27,<0.29",
            "blockbuster>=1.5.23",
            "importlib-metadata>=9.0.1",
            "itsdangerous",
            "jinja2",
            "opentelemetry-api",
            "opentelemetry-sdk>=1.44.0",
            "python-multipart>=0.0.18",
            "pyyaml",
            "trio>=0.34.0",
            "typing_extensions>=4.10.0",
        ),
        ignored=("benchmarks",),
    ),
    Suite(
        name="fastapi",
        version="0.165.0",
        requirements=(
            "a2wsgi>=1.9.0,<=2.0.0",
            "anyio[trio]>=4.1.0,<5",
            "coverage[toml]>=7.13",
            "dirty-equals>=0.9.0",
            "email-validator>=2",
            "flask>=3.0.0,<4",
            "httpx>=0.23,<1",
            "inline-snapshot>=0.21.1",
            "itsdangerous",
            "jinja2",
            "logfire>=5.1.0",
            "opentelemetry-exporter-otlp-proto-http>=1.44.0",
            "opentelemetry-instrumentation-fastapi>=0.65b0",
            "opentelemetry-sdk>=1.44.0",
            "orjson",
            "pwdlib[argon2]>=0.2.1",
            "pydantic-extra-types>=2",
            "pydantic-settings>=2",
            "pyjwt>=2.9.0",
            "python-multipart",
            "python-slugify>=8.0.4",
            "pyyaml>=5.3.1,<7",
            "sentry-sdk>=2.70.0",
            "sqlmodel>=0.0.31",
            "strawberry-graphql>=0.200,<1",
            "typer>=0.26.1",
            "ujson",
            "uvicorn",
        ),
        ignored=("tests/benchmarks", "tests/memory_benchmarks"),
    ),
)
RUNNER = ("pytest>=9.0,<9.2", "pytest-timeout", "pytest-xdist")


def prepare(suites: tuple[Suite, ...]) -> None:
    """Make the environment and unpack the sdists, unless that is done."""
    stamp = ENVIRONMENT / ".requirements"
    wanted = [*RUNNER, *(f"{suite.name}=={suite.version}" for suite in SUITES)]
    wanted += [requirement for suite in SUITES for requirement in suite.requirements]
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != "\n".join(wanted):
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        pip("install", "--upgrade", "pip")
        pip("install", "--editable", str(ROOT), *wanted)
        stamp.write_text("\n".join(wanted), encoding="utf-8")
    for suite in suites:
        if not suite.directory.exists():
            unpack(suite)


def pip(*words: str) -> None:
    """Run the environment's pip."""
    subprocess.run([PYTHON, "-m", "pip", words[0], "--quiet", *words[1:]], check=True)


def unpack(suite: Suite) -> None:
    """Fetch the sdist of *suite* and unpack it."""
    BUILD.mkdir(parents=True, exist_ok=True)
    pip("download", "--no-binary", ":all:", "--no-deps", "--dest", str(BUILD), f"{suite.name}=={suite.version}")
    with tarfile.open(BUILD / f"{suite.name}-{suite.version}.tar.gz") as archive:
        archive.extractall(BUILD, filter="data")


def run(suite: Suite, *words: str, swapped: bool, label: str) -> dict[str, dict[str, str]]:
    """Run the tests of *suite* once; the outcomes and reasons by test id."""
    record = BUILD / f"{suite.name}-{label}.json"
    record.unlink(missing_ok=True)
    command = [str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asgitest", "-p", "dropin_record"]
    command += ["-p", "dropin_swap"] if swapped else []
    command += ["--timeout", "60", "--tb", "short", *(f"--ignore={path}" for path in suite.ignored), *words]
    tools = str(Path(__file__).resolve().parent)
    environment = {**os.environ, "DROPIN_RECORD": str(record), "PYTHONPATH": tools, "PYTHONDONTWRITEBYTECODE": "1"}
    print(f"--- {suite.name} {suite.version}, {label}", flush=True)
    with (BUILD / f"{suite.name}-{label}.log").open("w", encoding="utf-8") as log:
        subprocess.run(command, cwd=suite.directory, env=environment, stdout=log, stderr=log, check=False)
    if not record.exists():
        sys.exit(f"the run ended without a record; see {log.name}")
    found: dict[str, dict[str, str]] = json.loads(record.read_text(encoding="utf-8"))
    counts = {word: list(found["outcomes"].values()).count(word) for word in sorted({*found["outcomes"].values()})}
    print("   ", ", ".join(f"{count} {word}" for word, count in counts.items()), flush=True)
    return found


def stock(suite: Suite, options: argparse.Namespace) -> dict[str, dict[str, str]]:
    """The outcomes with the stock client: those kept from before, if they are for this interpreter."""
    kept = BUILD / f"{suite.name}-{suite.version}-stock-{sys.version_info.major}.{sys.version_info.minor}.json"
    if kept.exists() and not options.fresh:
        found: dict[str, dict[str, str]] = json.loads(kept.read_text(encoding="utf-8"))
        return found
    found = run(suite, "tests", "-n", str(options.workers), swapped=False, label="stock")
    kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found


def newly_failing(suite: Suite, options: argparse.Namespace) -> list[str]:
    """Test ids that pass with the stock client and fail with ours, also when run alone."""
    before = stock(suite, options)["outcomes"]
    chosen = ["-k", options.k] if options.k else []
    after = run(suite, "tests", "-n", str(options.workers), *chosen, swapped=True, label="ours")["outcomes"]
    missing = [] if options.k else sorted({*before} - {*after})
    suspects = [name for name, outcome in after.items() if worse(before.get(name), outcome)]
    if suspects:
        suspects = confirmed(suite, suspects)
    return [*(f"{name} (not collected)" for name in missing), *suspects]


def confirmed(suite: Suite, suspects: list[str]) -> list[str]:
    """Of *suspects*, those that fail again with our client and pass again with the stock one."""
    again = run(suite, *suspects, swapped=True, label="ours-again")
    with_stock = run(suite, *suspects, swapped=False, label="stock-again")["outcomes"]
    names = [name for name in suspects if worse(with_stock.get(name), again["outcomes"].get(name, "error"))]
    for name in names:
        print(f"\n{name}\n{again['reasons'].get(name, '')}")
    return names


def worse(before: str | None, after: str) -> bool:
    """Whether *after* is a failure that the stock client does not have."""
    return before in {"passed", "skipped", "xfailed"} and after in {"failed", "error", "xpassed"}


def main() -> int:
    """Parse the command line and run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", choices=[suite.name for suite in SUITES], help="only this one")
    parser.add_argument("-k", default="", help="only tests that match, as pytest's -k")
    parser.add_argument("--workers", type=int, default=2, help="processes of pytest-xdist (0: none)")
    parser.add_argument("--fresh", action="store_true", help="run the stock suites again as well")
    parser.add_argument("--stock-only", action="store_true", help="record the stock outcomes and stop")
    options = parser.parse_args()
    suites = tuple(suite for suite in SUITES if options.suite in {None, suite.name})
    prepare(suites)
    if options.stock_only:
        for suite in suites:
            stock(suite, options)
        return 0
    failing = {suite.name: newly_failing(suite, options) for suite in suites}
    for name, tests in failing.items():
        print(f"\n{name}: {len(tests)} newly failing", *tests, sep="\n  ")
    return 1 if any(failing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
