"""The identity of a fault."""

from __future__ import annotations

from asgitest.conformance.fingerprint import (
    fingerprint,
    fingerprint_of_exception,
    fingerprint_of_schema,
    innermost_app_frame,
    wildcard,
)
from asgitest.conformance.model import ExceptionRecord, Frame

FRAME = Frame(file="main.py", line=12, qualname="read", source="return 1 / item", app=True)
LIBRARY = Frame(file="site-packages/x.py", line=1, qualname="call")


def raised(*frames: Frame, kind: str = "KeyError", message: str = "3") -> ExceptionRecord:
    return ExceptionRecord(type=kind, message=message, frames=frames)


def test_moved_lines_and_other_values_keep_the_identity() -> None:
    moved = FRAME.model_copy(update={"line": 99, "source": "return  1 /  item"})

    assert fingerprint_of_exception("c", raised(FRAME)) == fingerprint_of_exception("c", raised(moved, message="4"))


def test_another_type_line_or_check_is_another_fault() -> None:
    marks = {
        fingerprint_of_exception("c", raised(FRAME)),
        fingerprint_of_exception("c", raised(FRAME, kind="TypeError")),
        fingerprint_of_exception("c", raised(FRAME.model_copy(update={"source": "return 2"}))),
        fingerprint_of_exception("d", raised(FRAME)),
    }

    assert len(marks) == 4


def test_the_frame_to_blame_is_the_innermost_of_the_app() -> None:
    assert innermost_app_frame(raised(LIBRARY, FRAME, LIBRARY)) == FRAME
    assert innermost_app_frame(raised(LIBRARY)) == LIBRARY
    assert innermost_app_frame(raised()) is None


def test_without_frames_the_subject_decides() -> None:
    assert fingerprint_of_exception("c", raised(), fallback="a") != fingerprint_of_exception(
        "c", raised(), fallback="b"
    )


def test_an_index_is_no_part_of_the_identity_of_a_broken_schema() -> None:
    def mark(*path: str | int) -> str:
        return fingerprint_of_schema("c", "GET /a", keyword_path=["items", "type"], instance_path=path)

    assert mark("items", 0, "price") == mark("items", 7, "price") != mark("items", 0, "name")
    assert wildcard(["items", 0, "1", "price"]) == "/items/*/*/price"


def test_parts_do_not_run_into_each_other() -> None:
    assert fingerprint("c", "ab", "c") != fingerprint("c", "a", "bc")
    assert len(fingerprint("c", "\ud800")) == 32
