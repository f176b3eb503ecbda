"""Run the examples in README.md and docs/, and check the links between pages.

Each page gets a directory of its own in ``build/docs``, and what is fenced in it does this:

* ``python`` goes into ``test_page.py``, all blocks of the page in order, each on the line it has in the page;
* any language with ``title="name"`` goes into the file of that name;
* ``console`` is run line by line (``$ command``) and what it prints is compared with what the page says;
  ``...`` stands for anything, and a page that shows times writes ``...`` for them.

Then pytest runs in the directory. Other blocks (``sh``, ``text``) are for readers only.

    python tools/docs.py [page ...]
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "docs"
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[a-z]+)(?P<rest>[^\n]*)\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
INI = """\
[pytest]
addopts = --import-mode=importlib -p no:cacheprovider -p no:asyncio -p no:flask -p no:django
pythonpath = .
filterwarnings = error
"""
NO_TESTS = 5
# Generated from the catalogues of rules and checks, and tested with them.
GENERATED = (ROOT / "docs" / "rules", ROOT / "docs" / "conformance" / "checks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: ``line`` is where its text begins in the page."""

    language: str
    title: str
    text: str
    line: int


def blocks_of(page: str) -> Iterator[Block]:
    """The fenced blocks of *page*, in order."""
    for match in FENCE.finditer(page):
        indent = match["indent"]
        text = "".join(line.removeprefix(indent) for line in match["text"].splitlines(keepends=True))
        title = re.search(r'title="([^"]+)"', match["rest"])
        line = page.count("\n", 0, match.start("text")) + 1
        yield Block(language=match["language"], title=title[1] if title else "", text=text, line=line)


def files_of(blocks: list[Block]) -> dict[str, str]:
    """The files that *blocks* make: text by name. Python keeps the line numbers of the page."""
    files: dict[str, str] = {}
    for block in blocks:
        name = block.title or ("test_page.py" if block.language == "python" else "")
        if name:
            known = files.get(name, "")
            padding = block.line - 1 - known.count("\n") if name.endswith(".py") else 0
            files[name] = known + "\n" * padding + block.text
    return files


def commands_of(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output the page promises."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected.rstrip() + "\n"


def check_console(block: Block, directory: Path) -> Iterator[str]:
    """Run the commands of *block*; a complaint for each that prints something else."""
    compare = doctest.OutputChecker()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for command, expected in commands_of(block):
        run = subprocess.run(
            ["sh", "-c", command],
            cwd=directory,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if not compare.check_output(expected, run.stdout.rstrip() + "\n", flags):
            yield f"line {block.line}: $ {command}\n--- the page says\n{expected}--- it printed\n{run.stdout}"


def environment() -> dict[str, str]:
    """This interpreter's programs first on the PATH, and no colours."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {key: value for key, value in os.environ.items() if key not in {"FORCE_COLOR", "PYTEST_ADDOPTS"}}
    return {**kept, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1"}


def check_page(path: Path, build: Path = BUILD) -> list[str]:
    """Run what is fenced in the page at *path*; complaints, none if all is well."""
    text = path.read_text(encoding="utf-8")
    blocks = list(blocks_of(text))
    complaints = list(broken_links(path, text))
    files = files_of(blocks)
    if not files and not any(block.language == "console" for block in blocks):
        return complaints
    directory = build / "-".join(path.relative_to(ROOT).with_suffix("").parts if ROOT in path.parents else [path.stem])
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name, content in {"pytest.ini": INI, **files}.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(content, encoding="utf-8")
    for block in blocks:
        if block.language == "console":
            complaints += check_console(block, directory)
    if "test_page.py" in files:
        complaints += check_tests(directory)
    return complaints


def check_tests(directory: Path) -> Iterator[str]:
    """Run pytest on the untitled Python of a page; its report if it fails."""
    command = [sys.executable, "-m", "pytest", "-q", "test_page.py"]
    run = subprocess.run(
        command, cwd=directory, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    if run.returncode not in {0, NO_TESTS}:
        yield run.stdout + run.stderr


def broken_links(path: Path, text: str) -> Iterator[str]:
    """Links of the page to files and headings that do not exist. Other sites are not visited."""
    for match in LINK.finditer(CODE.sub("", text)):
        target, _, anchor = match["target"].partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        page = (path.parent / target).resolve() if target else path
        if not page.exists():
            yield f"link to {match['target']}: there is no such file"
        elif anchor and anchor not in anchors_of(page):
            yield f"link to {match['target']}: there is no such heading"


def anchors_of(path: Path) -> set[str]:
    """The anchors that the headings of a page make."""
    headings = re.findall(r"^#+ (.*)$", CODE.sub(keep_inline, path.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def keep_inline(match: re.Match[str]) -> str:
    """Headings may hold inline code; only fenced blocks are left out."""
    return "" if match[0].lstrip().startswith("```") else match[0]


def main(names: list[str]) -> int:
    """Check the pages named, or all; 1 if there are complaints."""
    pages = [Path(name).resolve() for name in names]
    pages = pages or [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
    pages = [page for page in pages if not set(GENERATED) & set(page.parents)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(pages, pool.map(check_page, pages), strict=True))
    for page, complaints in found.items():
        for complaint in complaints:
            print(f"{page.relative_to(ROOT)}: {complaint}\n")
    failed = sum(1 for complaints in found.values() if complaints)
    print(f"docs: {len(pages)} pages, {failed} with complaints")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
