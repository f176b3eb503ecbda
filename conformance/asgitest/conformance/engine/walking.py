"""Walks: valid requests to all operations in a random order, in one process, with the identifiers the app gave.

What crashes only after something else has happened is found here: clearing what an average is taken of, a task whose
project is gone. Everything that was sent belongs to the scenario, without what only reads if that is enough.

Depends on: generators, execution, the session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation
from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.resources import identifier_of
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import generate_valid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["WALK", "run_walk"]

WALK = "STATE walk"
"""Begins the subject of a walk; its number follows."""
_STEPS = 40
_MOST_IDENTIFIERS = 6
_SUCCESS = range(200, 300)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CRASHES = frozenset({"http.unhandled-exception", "openapi.server-error"})
_UNKNOWN = Expectation()


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One walk on its way.

    Args:
        work: The task.
        observer: Sends and judges.
        random: The only source of chance.
        known: Identifiers by the path of their collection, and values by name where there is none.
        sent: All requests so far.
    """

    work: Work
    observer: Observer
    random: Random
    known: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    sent: list[Request] = field(default_factory=list["Request"])

    async def step(self, operation: Operation, index: int) -> bool:
        """Send one request and take in what comes of it; tell whether it was answered in time."""
        request = self._request(operation)
        if request is None:
            return True
        with self.work.noted(index, request):
            exchange, violations = await self.observer.request(request, operation.label, _UNKNOWN)
        self.sent.append(request)
        if operation.method == "POST" and exchange.status in _SUCCESS:
            self._learn(operation, exchange)
        for violation in violations:
            if violation.check in _CRASHES and self.work.seen.is_new(violation, operation.label):
                self._tell(violation, operation, exchange)
        return not exchange.hung

    def _request(self, operation: Operation) -> Request | None:
        """Write a valid request with identifiers that are known."""
        values = self.work.session.values_for(operation)
        dictionary = values.dictionary()
        for collection, name in _parameters(operation.path):
            for value in self.known.get(collection) or self.known.get(name) or []:
                dictionary.name(name, value)
        try:
            case = values.applied(generate_valid(operation, self.random, dictionary))
            request = request_of(case)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None
        for collection, name in _parameters(operation.path):
            if collection not in self.known and name not in self.known and name in case.path_parameters:
                self.known[name] = [case.path_parameters[name]]
        return values.authenticated(request, operation)

    def _learn(self, operation: Operation, exchange: Exchange) -> None:
        identifier = identifier_of(exchange, "id")
        if identifier is not None:
            values = self.known.setdefault(operation.path.rstrip("/"), [])
            values.append(int(identifier) if identifier.isdecimal() else identifier)
            del values[:-_MOST_IDENTIFIERS]

    def _tell(self, violation: Violation, operation: Operation, exchange: Exchange) -> None:
        findings = self.work.session.findings
        changing = [request for request in self.sent[:-1] if request.method not in _READING]
        self.work.seen.take(
            violation,
            operation.label,
            exchange,
            scenario=findings.scenario([step_of(request) for request in (*changing, self.sent[-1])]),
            original=findings.scenario([step_of(request) for request in self.sent]),
            handler=self.work.session.handler_of(operation.label),
        )


def _parameters(path: str) -> Iterator[tuple[str, str]]:
    """The parameters of a path, each with the path of the collection before it."""
    for match in re.finditer(r"\{([^{}:]+)[^{}]*\}", path):
        yield path[: match.start()].rstrip("/"), match[1]


def run_walk(work: Work) -> None:
    """Walk through the operations of the app, on state that is fresh at the beginning only.

    Args:
        work: The task.
    """
    session = work.session
    operations = [one for one in session.operations.values() if session.selection.subject(one.label, tags=one.tags)]
    random = keyed_random(session.options.seed, "walk", work.task.subject)
    with session.open() as executor:
        started = executor.run(executor.start())
        if started.outcome in {"failed", "hung"} or not operations:
            return
        walk = _Walk(work=work, observer=session.observer(executor), random=random)
        for index in range(min(_STEPS, 10 + work.task.cases // 4)):
            if index in work.task.skip:
                continue
            before = len(walk.sent)
            answered = executor.run(walk.step(random.choice(operations), index))
            work.progress("state", len(walk.sent) - before)
            if not answered:
                break
