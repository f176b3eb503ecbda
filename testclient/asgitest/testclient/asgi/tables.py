"""What the three tables of states are made of.

A table is total: each state has a row, and each row has a cell for each input.

Depends on: the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

__all__ = ["Step", "build_row"]


class Step(NamedTuple):
    """Where an input leads, and the rule it breaks, if any; an error leads nowhere else."""

    state: Any
    rule: str | None = None


StateT = TypeVar("StateT", bound="StrEnum")
InputT = TypeVar("InputT", bound="StrEnum")


def build_row(
    state: StateT, inputs: type[InputT], outcomes: Mapping[str, StateT | str | Step]
) -> dict[tuple[StateT, InputT], Step]:
    """Build the row of one state.

    Args:
        state: Whose row it is.
        inputs: All that can happen.
        outcomes: Name of an input in lower case to the state it leads to; to the id of the rule it breaks, leading
            nowhere; or to a whole step.
    """
    row: dict[tuple[StateT, InputT], Step] = {}
    for item in inputs:
        outcome = outcomes[item.name.lower()]
        if isinstance(outcome, Step):
            row[state, item] = outcome
        elif isinstance(outcome, type(state)):
            row[state, item] = Step(outcome)
        else:
            row[state, item] = Step(state, str(outcome))
    return row
