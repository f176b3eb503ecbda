"""Files are written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.errors import UsageError
from asgitest.conformance.files import read_text, write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_and_folders_are_made(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.txt"

    write_atomically(file, "old")
    write_atomically(file, "new\ud800")

    assert file.read_text("utf-8") == "new\\ud800"
    assert [path.name for path in file.parent.iterdir()] == ["b.txt"]


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.txt"
    write_atomically(file, "old")

    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(UsageError, match=r"cannot be written: No space left on device\."):
        write_atomically(file, "new")

    assert file.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", "utf-8")

    with pytest.raises(UsageError, match="cannot be written"):
        write_atomically(tmp_path / "a" / "b.txt", "")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x"
    with pytest.raises(UsageError, match=r"There is no report .* Make one"):
        read_text(file, what="report", hint="Make one.")

    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"is not UTF-8 text\."):
        read_text(file, what="report")
    with pytest.raises(UsageError, match="cannot be read"):
        read_text(tmp_path, what="report")
