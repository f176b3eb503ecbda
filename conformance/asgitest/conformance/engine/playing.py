"""Plays one sequence: sends its steps in order and puts in the identifiers that creations give.

Depends on: execution, checks, plays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from asgitest.conformance.checks.identifiers import identifier_of, names_itself
from asgitest.conformance.checks.sequences import Part, check_sequence
from asgitest.conformance.engine.plays import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.plays import Play, SequenceStep
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.records import Exchange, Request

__all__ = ["Played", "Player", "Sequence", "bind"]

_CREATED = range(200, 300)
_REFUSED = frozenset({400, 409, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One step of a sequence, and what came of it."""

    step: SequenceStep
    exchange: Exchange
    violations: list[Violation]
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A sequence that was played."""

    steps: tuple[Played, ...]
    parameter: str

    def wrong(self) -> Iterator[tuple[int, Violation]]:
        """List what is wrong with each exchange, and with all of them together."""
        for index, played in enumerate(self.steps):
            for violation in played.violations:
                yield index, violation
        yield from check_sequence([one.part for one in self.steps], parameter=self.parameter)


@dataclass(slots=True, kw_only=True)
class Player:
    """Plays one sequence.

    Args:
        observer: Sends and judges.
        work: Notes each request in its journal, when given.
        index: Under this number.
        known: Identifiers by slot.
    """

    observer: Observer
    work: Work | None = None
    index: int = 0
    known: dict[str, str | int] = field(default_factory=dict[str, "str | int"])

    async def play(self, play: Play) -> Sequence:
        """Send the steps in order; those that need an identifier nobody gave are left out."""
        played: list[Played] = []
        for step in play.steps:
            request = bind(step.request, self.known)
            if request is None:
                continue
            exchange, violations = await self._send(step, request)
            for other in step.others:
                again = bind(other, self.known) if exchange.status in _REFUSED else None
                if again is not None:
                    exchange, violations = await self._send(step, again)
            played.append(Played(step=step, exchange=exchange, violations=violations, part=self._part(step, exchange)))
            if exchange.hung:
                break
        return Sequence(steps=tuple(played), parameter=play.parameter)

    async def _send(self, step: SequenceStep, request: Request) -> tuple[Exchange, list[Violation]]:
        if self.work is None:
            return await self.observer.request(request, step.subject, step.expectation)
        with self.work.noted(self.index, request):
            return await self.observer.request(request, step.subject, step.expectation)

    def _part(self, step: SequenceStep, exchange: Exchange) -> Part:
        """Say which part an exchange plays; learn the identifier of what it created."""
        if not step.parameter:
            return Part(role=step.role, exchange=exchange, identifier=str(self.known.get(step.slot, "")))
        if exchange.status not in _CREATED:
            return Part(role=step.role, exchange=exchange)
        assigned = step.identifier is None
        identifier = identifier_of(exchange, step.parameter) if step.identifier is None else step.identifier
        if identifier is None:
            return Part(role=step.role, exchange=exchange)
        if step.role != "refused create":
            self.known[step.slot] = identifier
        given = names_itself(exchange, step.parameter, identifier)
        return Part(role=step.role, exchange=exchange, identifier=str(identifier), assigned=assigned and not given)


def bind(request: Request, known: dict[str, str | int]) -> Request | None:
    """Put identifiers in place of marks; None when one is not known."""
    target, body = request.target, request.body
    if MARK.encode() not in target and MARK.encode() not in body:
        return request
    for slot, identifier in known.items():
        mark = f"{MARK}{slot}-"
        target = target.replace(mark.encode(), quote(str(identifier), safe="").encode())
        body = body.replace(f'"{mark}"'.encode(), json.dumps(identifier).encode())
        body = body.replace(mark.encode(), quote(str(identifier), safe="").encode())
    if MARK.encode() in target or MARK.encode() in body:
        return None
    length = str(len(body)).encode()
    headers = tuple((name, length if name == b"content-length" else value) for name, value in request.headers)
    return replace(request, target=target, body=body, headers=headers)
