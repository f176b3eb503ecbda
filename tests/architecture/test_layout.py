"""One distribution, three source roots, one namespace: what that needs to stay true."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source_tree import PROJECT, ROOTS


@pytest.mark.parametrize("root", ROOTS)
def test_no_source_root_makes_the_namespace_its_own(root: str) -> None:
    """An ``__init__.py`` there would hide the other two roots from every importer."""
    namespace = PROJECT / root / "asgitest"

    assert [path.name for path in namespace.glob("*.py*")] == []


@pytest.mark.parametrize("root", ROOTS)
def test_each_package_says_that_it_is_typed(root: str) -> None:
    """PEP 561 wants the marker in every package of a namespace."""
    package = PROJECT / root / "asgitest" / root

    assert (package / "py.typed").read_bytes() == b""


def test_the_wheel_holds_the_sources_and_nothing_else(tmp_path: Path) -> None:
    """A file forgotten or a test shipped would only be seen by users."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")

    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    sources = [path for root in ROOTS for path in (PROJECT / root / "asgitest").rglob("*") if path.is_file()]
    expected = {
        str(Path(*path.relative_to(PROJECT).parts[1:]))
        for path in sources
        if "__pycache__" not in path.parts and ignored_by_git(path) is False
    }
    assert held == expected


def ignored_by_git(path: Path) -> bool:
    """Whether *path* is left out by the patterns of ``.gitignore`` that can occur below a source root."""
    return path.suffix in {".pyc", ".pyo"}
