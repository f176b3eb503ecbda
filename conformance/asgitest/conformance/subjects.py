"""Patterns and tags that stand for nothing in the app: a slip of the pen that would leave everything out.

Depends on: the selection, operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.errors import UsageError, nearest
from asgitest.conformance.selection import matches_subject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from asgitest.conformance.operation import Operation
    from asgitest.conformance.selection import Selection

__all__ = ["choose_nothing_unknown", "unknown_patterns"]


def choose_nothing_unknown(selection: Selection, *, operations: Collection[Operation], others: Collection[str]) -> None:
    """Make sure that what is to be tested is there.

    Args:
        selection: What the user chose.
        operations: Of the app.
        others: Its other subjects, by label.

    Raises:
        UsageError: For the first pattern of ``--include`` that matches nothing, or when no operation has a tag.
    """
    options = selection.options
    for pattern in options.include:
        if not _stands_for(pattern, operations, others):
            hint = _meant(pattern, operations, others)
            raise UsageError(f"--include: {pattern!r} matches nothing in the app.", hint=hint)
    known = {tag for operation in operations for tag in operation.tags}
    for tag in options.tags:
        if tag not in known:
            hint = nearest(tag, known) or "asgitest routes shows what there is."
            raise UsageError(f"--tag: no operation has the tag {tag!r}.", hint=hint)


def unknown_patterns(
    selection: Selection, *, operations: Collection[Operation], others: Collection[str]
) -> Iterator[str]:
    """Say which other patterns match nothing, each in a sentence: ``--exclude``, and overrides."""
    options = selection.options
    given = [("--exclude", pattern) for pattern in options.exclude]
    given += [("override", override.match) for override in options.overrides]
    for option, pattern in given:
        if not _stands_for(pattern, operations, others):
            hint = _meant(pattern, operations, others)
            yield f"{option}: {pattern!r} matches nothing in the app. {hint}".rstrip()


def _stands_for(pattern: str, operations: Collection[Operation], others: Collection[str]) -> bool:
    return any(matches_subject(pattern, label) for label in others) or any(
        matches_subject(pattern, operation.label, operation_id=operation.operation_id or "") for operation in operations
    )


def _meant(pattern: str, operations: Collection[Operation], others: Collection[str]) -> str:
    """Guess what a pattern was meant to be: a label, a path, an operation id."""
    known = {*others, *(one.label for one in operations), *(one.path for one in operations)}
    known |= {one.operation_id for one in operations if one.operation_id}
    return nearest(pattern, known) or "asgitest routes shows what there is."
