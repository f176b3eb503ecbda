"""A sequence of requests as a value: written once, played when it is found and again when it is confirmed.

Depends on: the records, expectations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgitest.conformance.checks import Expectation

if TYPE_CHECKING:
    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.records import Request

__all__ = ["MARK", "Play", "SequenceStep"]

MARK = "asgitest-slot-"
"""Begins what stands for an identifier; the name of its slot and a hyphen follow."""
_UNKNOWN = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One request of a sequence; identifiers are put in when they are known.

    Args:
        role: Which part it plays.
        request: With marks in place of identifiers.
        subject: Label of the operation.
        slot: What it creates, or what it is about.
        parameter: What the identifier of what it creates is called in paths.
        identifier: Of what it creates, if the client chooses that.
        expectation: What is known about it.
    """

    role: Role
    request: Request
    subject: str
    slot: str = ""
    parameter: str = ""
    identifier: str | int | None = None
    expectation: Expectation = _UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A sequence that can be played again. Can be pickled.

    Args:
        resource: Label of the resource.
        parameter: Name of the parameter the identifier is for.
        steps: In order.
    """

    resource: str
    parameter: str
    steps: tuple[SequenceStep, ...]
