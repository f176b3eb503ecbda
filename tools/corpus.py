"""Run the conformance checks over the example modules of FastAPI's documentation and print what is an error.

These apps are known to be good, so an error is either a false alarm, or one of the few real faults that stand with
their reason in ``tools/corpus_adjudicated.json``. The sdist comes from the package index by pip, into an environment
of its own. Each module runs in a process of its own, forked from one that has the framework imported; the budget is
counted in cases, so the outcome is the same every time.

    python tools/corpus.py [--cases N] [--seed N] [-k TEXT] [--all] [--workers N]

The exit code is 1 when more than one module in a hundred has an error that is not adjudicated.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "corpus"
ENVIRONMENT = ROOT / ".venv-corpus"
PYTHON = ENVIRONMENT / "bin" / "python"
FASTAPI = "fastapi==0.165.0"
ADJUDICATED = Path(__file__).with_name("corpus_adjudicated.json")
REQUIREMENTS = (
    FASTAPI,
    "a2wsgi>=1.9.0",
    "email-validator>=2",
    "flask>=3.0.0,<4",
    "jinja2",
    "orjson",
    "pwdlib[argon2]>=0.2.1",
    "pydantic-extra-types>=2",
    "pydantic-settings>=2",
    "pyjwt>=2.9.0",
    "python-multipart",
    "python-slugify>=8.0.4",
    "pyyaml",
    "sqlmodel>=0.0.31",
    "strawberry-graphql>=0.200,<1",
    "ujson",
    "uvicorn",
    "websockets",
)
LONGEST_SECONDS = 120
ALLOWED = 0.01


def prepare() -> Path:
    """Make the environment and unpack the sdist, unless that is done; return where the examples are."""
    stamp = ENVIRONMENT / ".requirements"
    wanted = "\n".join(REQUIREMENTS)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        pip("install", "--editable", f"{ROOT}[all]", *REQUIREMENTS)
        stamp.write_text(wanted, encoding="utf-8")
    name = FASTAPI.replace("==", "-")
    if not (BUILD / name).exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        pip("download", "--no-binary", "fastapi", "--no-deps", "--dest", str(BUILD), FASTAPI)
        with tarfile.open(BUILD / f"{name}.tar.gz") as archive:
            archive.extractall(BUILD, filter="data")
    return examples_alone(BUILD / name)


def examples_alone(source: Path) -> Path:
    """Copy the examples away from the framework's own source, which is no part of them."""
    alone = source.with_name(source.name + "-examples")
    if not alone.exists():
        shutil.copytree(source / "docs_src", alone / "docs_src")
    return alone


def pip(*words: str) -> None:
    """Run the environment's pip."""
    subprocess.run([PYTHON, "-m", "pip", words[0], "--quiet", *words[1:]], check=True)


def modules_with_apps(root: Path) -> list[str]:
    """Import strings of all apps in the examples, such as ``docs_src.body.tutorial001_py310:app``."""
    return [
        ".".join(file.relative_to(root).with_suffix("").parts) + ":app"
        for file in sorted((root / "docs_src").rglob("*.py"))
        if any(assigns_app(node) for node in ast.parse(file.read_text(encoding="utf-8")).body)
    ]


def assigns_app(node: ast.stmt) -> bool:
    """Whether a statement is ``app = FastAPI(...)``."""
    match node:
        case ast.Assign(targets=[ast.Name(id="app")], value=ast.Call(func=ast.Name(id="FastAPI" | "Starlette"))):
            return True
        case _:
            return False


# In the environment


def check_all(targets: list[str], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Check each module in a forked process; runs in the environment, with the examples as working directory."""
    import fastapi  # noqa: F401, PLC0415  once for all forks

    import asgitest.conformance.engine.local_pool  # noqa: F401, PLC0415

    waiting, running, done = list(targets), {}, []
    while waiting or running:
        while waiting and len(running) < options.workers:
            target = waiting.pop(0)
            told = tempfile.TemporaryFile("w+b")  # noqa: SIM115  closed when it was read
            pid = os.fork()
            if pid == 0:
                check_one(target, options, told)
            running[pid] = (target, told, time.monotonic())
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            target, told, _ = running.pop(pid)
            with told:
                told.seek(0)
                text = told.read()
            done.append(json.loads(text) if text else {"target": target, "died": status})
            report(done[-1], options)
        for other, (_, _, began) in running.items():
            if time.monotonic() - began > LONGEST_SECONDS:
                os.kill(other, 9)
        time.sleep(0.005)
    return done


def check_one(target: str, options: argparse.Namespace, file: IO[bytes]) -> None:
    """Check one module and write what was found into a file; never returns."""
    from asgitest.conformance.engine import run  # noqa: PLC0415
    from asgitest.conformance.errors import UsageError  # noqa: PLC0415
    from asgitest.conformance.options import RunOptions  # noqa: PLC0415

    null = os.open(os.devnull, os.O_RDWR)
    if not options.loud:
        os.dup2(null, 1)
        os.dup2(null, 2)
    told: dict[str, Any] = {"target": target}
    try:
        result = run(
            RunOptions(
                target=target,
                app_dir=Path.cwd(),
                deterministic=True,
                cases=options.cases,
                seed=options.seed,
                workers=0,
                whitebox=options.whitebox,
                timeout_seconds=2.0,
            ),
            lambda _event: None,
        )
        told["findings"] = [finding.model_dump(mode="json") for finding in result.findings]
        told["cases"], told["internal"] = result.statistics.cases, list(result.internal_errors)
        told["cpu"] = result.statistics.cpu_seconds
    except UsageError as error:
        told["unusable"] = str(error)
    except BaseException as error:  # noqa: BLE001  told instead of lost
        told["internal"] = [repr(error)]
    file.write(json.dumps(told).encode())
    file.flush()
    os._exit(0)


def report(told: dict[str, Any], options: argparse.Namespace) -> None:
    """Print what is of interest about one module."""
    for error in told.get("internal", ()):
        print(f"{told['target']}: internal error: {error.strip().splitlines()[-1]}", flush=True)
    if "died" in told:
        print(f"{told['target']}: its process died ({told['died']})", flush=True)
    for finding in told.get("findings", ()):
        if finding["severity"] == "error" or (options.all and finding["severity"] != "info"):
            mark = " (tentative)" if finding["confidence"] == "tentative" or finding["flaky"] else ""
            known = " [adjudicated]" if adjudicated(told["target"], finding) else ""
            print(f"{told['target']}  {finding['check']}  {finding['operation']}{mark}{known}", flush=True)
            print(f"    {finding['severity']}: {finding['message'][:300]}", flush=True)


def adjudicated(target: str, finding: dict[str, Any]) -> bool:
    """Whether somebody has looked at this error and called it right."""
    known = json.loads(ADJUDICATED.read_text(encoding="utf-8")) if ADJUDICATED.exists() else []
    return any(
        target.startswith(entry["module"])
        and finding["check"] == entry["check"]
        and finding["operation"] in entry["operations"]
        for entry in known
    )


def summary(done: list[dict[str, Any]]) -> int:
    """Print the numbers; return the exit code."""
    ran = [told for told in done if "findings" in told]
    unusable = [told for told in done if "unusable" in told]

    def modules(*, severities: set[str], judged: bool) -> int:
        return sum(
            any(
                finding["severity"] in severities
                and not finding["flaky"]
                and (judged or not adjudicated(told["target"], finding))
                for finding in told["findings"]
            )
            for told in ran
        )

    false = modules(severities={"error"}, judged=False)
    counts: dict[str, int] = {}
    for told in ran:
        for finding in told["findings"]:
            counts[f"{finding['severity']} {finding['check']}"] = (
                counts.get(f"{finding['severity']} {finding['check']}", 0) + 1
            )
    for name, count in sorted(counts.items()):
        print(f"{count:5} {name}")
    print(
        f"{len(ran)} modules ran, {len(unusable)} cannot be imported here, "
        f"{sum(told['cases'] for told in ran):,} cases, {sum(told['cpu'] for told in ran):.0f} CPU s"
    )
    print(f"modules with an error: {modules(severities={'error'}, judged=True)}, of them not adjudicated: {false}")
    print(f"modules with an error or a warning: {modules(severities={'error', 'warning'}, judged=True)}")
    broken = [told for told in done if told.get("internal") or "died" in told]
    return 1 if broken or false > ALLOWED * len(ran) else 0


def main() -> int:
    """Parse the command line and run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100, help="cases for each operation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-k", default="", help="only modules whose name contains this")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--whitebox", default="auto")
    parser.add_argument("--all", action="store_true", help="print warnings as well")
    parser.add_argument("--loud", action="store_true", help="let the apps print")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        root = prepare()
        words = [str(PYTHON), str(Path(__file__).resolve()), "--inside", *sys.argv[1:]]
        environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(words, cwd=root, env=environment, check=False).returncode
    targets = [target for target in modules_with_apps(Path.cwd()) if options.k in target]
    return summary(check_all(targets, options))


if __name__ == "__main__":
    sys.exit(main())
