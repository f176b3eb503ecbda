"""Write the page of every ASGI rule, and their index, from the registry.

python tools/rules.py           write docs/rules/
python tools/rules.py --check   only say which pages differ from the registry
"""

from __future__ import annotations

import sys
from pathlib import Path

from asgitest.testclient.asgi import RULES, Example, Level, Rule

PAGES = Path(__file__).resolve().parent.parent / "docs" / "rules"

FAMILIES = {
    "APP": "The application as a whole",
    "MSG": "Messages in general",
    "HTTP": "HTTP",
    "EXT": "Extensions",
    "WS": "WebSocket",
    "LS": "Lifespan",
    "SRV": "The server's side",
}
LEVELS = {
    Level.ERROR: "error: the specification says MUST, or some server breaks",
    Level.WARNING: "warning: the specification says SHOULD, or some servers mind",
    Level.INFO: "information: in reports only",
}
JUDGES = {
    "conversation": "in every conversation: by the test clients, the middleware and the conformance command",
    "probe": "with calls of its own, by the conformance command",
    "server": "kept by the test clients themselves, and checked against real servers",
}
GENERATED = "<!-- Written by tools/rules.py from the registry; change the rule, not this page. -->"


def pages() -> dict[str, str]:
    """Every page by its name."""
    return {"index.md": index(), **{f"{rule.id}.md": page(rule) for rule in RULES.values()}}


def page(rule: Rule) -> str:
    """The page of one rule."""
    served = "" if rule.judged == "server" else f" in a scope of type `{rule.bad.protocol}`"
    return f"""{GENERATED}

# {rule.id}: {rule.title}

{rule.advice}

| | |
|---|---|
| level | {LEVELS[rule.level]} |
| profile | {rule.profile} |
| checked | {JUDGES[rule.judged]} |
| source | [{rule.spec}]({rule.url}) |

> {rule.quote}

## Broken

{example(rule.bad)}
## Kept

{example(rule.good)}
These are run by the tests of asgitest{served}. To leave the rule out, see [validation](../how-to/validation.md).

[All rules](index.md)
"""


def example(given: Example) -> str:
    """An app, and what is special about how it is called."""
    lines = [f"- scope: `{key}` is `{value!r}`" for key, value in given.scope.items()]
    lines += [f"- client: `{event}`" for event in given.client]
    notes = "\n".join(lines)
    return f"```py\n{given.source.rstrip()}\n```\n" + (f"\n{notes}\n" if notes else "")


def index() -> str:
    """The index, by family."""
    parts = [GENERATED, "\n\n# Rules of ASGI\n\nWhat is checked of every app, by id. Ids are stable.\n"]
    for family, title in FAMILIES.items():
        parts.append(f"\n## {title}\n\n| rule | level | |\n|---|---|---|\n")
        rules = [rule for rule in RULES.values() if rule.id.split("-")[1] == family]
        parts += [f"| [{rule.id}]({rule.id}.md) | {rule.level.value} | {rule.title} |\n" for rule in rules]
    return "".join(parts)


def differing() -> list[str]:
    """The names of pages that are missing, outdated, or of no rule."""
    wanted = pages()
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def main() -> int:
    """Write the pages, or only compare."""
    changed = differing()
    if "--check" not in sys.argv[1:]:
        PAGES.mkdir(parents=True, exist_ok=True)
        wanted = pages()
        for name in changed:
            if name in wanted:
                (PAGES / name).write_text(wanted[name], encoding="utf-8")
            else:
                (PAGES / name).unlink()
    print(f"{len(changed)} of {len(pages())} pages differed", *changed[:10])
    return 1 if changed and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    raise SystemExit(main())
