"""Write the page of every check, their index, the map of Schemathesis, and the JSON Schema of reports.

python tools/checks.py           write docs/conformance/checks/ and docs/conformance/report.schema.json
python tools/checks.py --check   only say which files differ from the catalogue
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from asgitest.conformance.catalogue import CHECKS, FAMILIES, Check
from asgitest.conformance.model import Run
from asgitest.conformance.quirks import QUIRKS

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "conformance"

GENERATED = "<!-- Written by tools/checks.py from the catalogue; change the check, not this page. -->"
TITLES = {
    "schema": "The OpenAPI document",
    "routes": "The routing table beside the document",
    "lifespan": "Startup and shutdown",
    "asgi": "The protocol",
    "http": "HTTP semantics",
    "openapi": "What the document promises",
    "state": "Sequences over one resource",
    "websocket": "WebSockets",
    "drift": "Changes between two documents, by asgitest diff",
    "schemathesis": "What Schemathesis reports and asgitest does not look for",
}
_SELECTING = (
    "`--select` and `--ignore` take an id or the beginning of one. Ids are stable and never given to anything else."
)
_BRIDGE = (
    "`asgitest schemathesis` runs `st run` in process and tells its findings under the first id of a row. "
    "`asgitest check` looks for the same by itself."
)
CONFIDENCES = {
    "certain": "certain: a fact of the protocol, reproduced",
    "firm": "firm: reproduced, but the text leaves room",
    "tentative": "tentative: a heuristic, which never fails a run",
}


def pages() -> dict[str, str]:
    """Every file by its path below docs/conformance."""
    found = {f"checks/{check.id}.md": page(check) for check in CHECKS.values()}
    found["checks/index.md"] = index()
    found["checks/schemathesis.md"] = schemathesis()
    found["report.schema.json"] = json.dumps(Run.model_json_schema(), indent=2) + "\n"
    return found


def page(check: Check) -> str:
    """The page of one check."""
    rows = [
        ("severity", check.severity),
        ("confidence", CONFIDENCES[check.confidence]),
        ("to blame, usually", check.origin),
        ("documents", "<br>".join(f"[{link}]({link.url})" for link in check.spec)),
        ("ASGI rules", ", ".join(f"[{rule}](../../rules/{rule}.md)" for rule in check.rules)),
        ("Schemathesis", ", ".join(f"`{code}`" for code in check.schemathesis)),
        ("Web Fuzzing Commons", check.wfc or ""),
        ("traits of frameworks", ", ".join(f"`{quirk.id}`" for quirk in QUIRKS.values() if check.id in quirk.checks)),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows if value)
    parts = [
        GENERATED,
        f"# {check.id}",
        f"{check.title}.",
        f"| | |\n|---|---|\n{table}",
        check.meaning,
        f"**What to do.** {check.advice}",
        example("Broken", check.bad),
        example("Mended", check.good),
        f"Run it alone with `--select {check.id}`, leave it out with `--ignore {check.id}`.",
        "[All checks](index.md)",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def example(title: str, text: str) -> str:
    """An example under its title; nothing when there is none."""
    return f"## {title}\n\n```text\n{text.rstrip()}\n```" if text else ""


def index() -> str:
    """The list of all checks."""
    parts = [
        GENERATED,
        "# Checks",
        f"{len(CHECKS)} checks in {len(FAMILIES)} families. {_SELECTING}",
    ]
    for family in FAMILIES:
        rows = [
            f"| [{check.id}]({check.id}.md) | {check.severity} | {check.title} |"
            for check in CHECKS.values()
            if check.family == family
        ]
        parts += [
            f"## {family}: {TITLES.get(family, family)}",
            "| check | severity | what is wrong |\n|---|---|---|\n" + "\n".join(rows),
        ]
    return "\n\n".join(parts) + "\n"


def schemathesis() -> str:
    """Every failure of Schemathesis, and the check that looks for the same."""
    from schemathesis.failure_codes import FAILURE_CLASSES  # noqa: PLC0415 - only to write this page

    rows: list[str] = []
    for each in FAILURE_CLASSES:
        ours = [f"[{check.id}]({check.id}.md)" for check in CHECKS.values() if each.code in check.schemathesis]
        names = ", ".join(f"`{name}`" for name in each.checks) or "-"
        rows.append(f"| {each.code} | {names} | {each.kind_title} | {', '.join(ours)} |")
    table = "| code | check of Schemathesis | failure | checks of asgitest |\n|---|---|---|---|\n" + "\n".join(rows)
    title = "# What Schemathesis checks, and where asgitest has it"
    return f"{GENERATED}\n\n{title}\n\n{_BRIDGE}\n\n{table}\n"


def differing() -> list[str]:
    """Files that are not what the catalogue makes of them, or that it no longer makes."""
    wanted = pages()
    kept = {f"checks/{path.name}" for path in (FOLDER / "checks").glob("*.md")}
    changed = [
        name
        for name, text in wanted.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != text
    ]
    return sorted({*changed, *(kept - wanted.keys())})


def main(words: list[str]) -> int:
    """Write what differs, or only say it."""
    names = differing()
    wanted = pages()
    for name in names:
        print(name)
        if "--check" in words:
            continue
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in wanted:
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return int(bool(names) and "--check" in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
