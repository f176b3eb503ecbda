"""A sequence of requests as a value: written once, played when it is found and again when it is confirmed.

Depends on: the records, expectations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgitest.conformance.checks import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.records import Request

__all__ = ["MARK", "Play", "Sent", "SequenceStep", "marked", "write_play"]

MARK = "asgitest-slot-"
"""Begins what stands for an identifier; the name of its slot and a hyphen follow."""
_UNKNOWN = Expectation()
_BY_CHANCE = 8
"""Identifiers of so many characters may be others each time."""


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
        others: Sent one after the other while what was sent before is refused.
        expectation: What is known about it.
    """

    role: Role
    request: Request
    subject: str
    slot: str = ""
    parameter: str = ""
    identifier: str | int | None = None
    others: tuple[Request, ...] = ()
    expectation: Expectation = _UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request that was sent, and what it created.

    Args:
        request: What was sent.
        subject: Label of the operation.
        parameter: What the identifier of what it created is called in paths; empty when it created nothing.
        identifier: What that is called.
    """

    request: Request
    subject: str
    parameter: str = ""
    identifier: str | int | None = None


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


def write_play(label: str, sent: Sequence[Sent]) -> Play | None:
    """Write requests that were sent as a sequence in which identifiers are put in.

    Args:
        label: Of what the sequence is about.
        sent: In order.

    Returns:
        None when no request refers to an identifier that may be another one each time.
    """
    steps: list[SequenceStep] = []
    marks: list[tuple[bytes, bytes]] = []
    bound = False
    for number, one in enumerate(sent):
        request = marked(one.request, marks)
        bound = bound or request != one.request
        last = number == len(sent) - 1
        slot, parameter = (f"s{number}", one.parameter) if one.parameter and not last else ("", "")
        steps.append(
            SequenceStep(
                role="action" if last else "prepare",
                request=request,
                subject=one.subject,
                slot=slot,
                parameter=parameter,
            )
        )
        if isinstance(one.identifier, str) and len(one.identifier) >= _BY_CHANCE:
            marks.append((one.identifier.encode(), f"{MARK}s{number}-".encode()))
    return Play(resource=label, parameter="", steps=tuple(steps)) if bound else None


def marked(request: Request, marks: Iterable[tuple[bytes, bytes]]) -> Request:
    """Put marks in place of identifiers."""
    target, body = request.target, request.body
    for identifier, mark in marks:
        target, body = target.replace(identifier, mark), body.replace(identifier, mark)
    return replace(request, target=target, body=body) if (target, body) != (request.target, request.body) else request
