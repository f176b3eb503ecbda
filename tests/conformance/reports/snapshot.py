"""Texts that people read, kept in files: a changed text is a reviewed change.

``ASGITEST_UPDATE_SNAPSHOTS=1 pytest tests/conformance/reports`` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"


def assert_snapshot(name: str, text: str) -> None:
    """Compare a text with the one that is kept."""
    file = FOLDER / name
    if os.environ.get("ASGITEST_UPDATE_SNAPSHOTS"):
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")
