"""Walks: valid requests to all operations in one process, with the identifiers the app gave.

What crashes only after something else has happened is found here: clearing what an average is taken of, a task whose
project is gone. A walk either goes through the writes one after the other and reads everything after each, or goes
where chance leads. Of what was sent, what is needed to see the crash belongs to the scenario.

Depends on: generators, execution, the session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation
from asgitest.conformance.checks.identifiers import identifier_of
from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.playing import Player
from asgitest.conformance.engine.plays import Play, Sent, SequenceStep, write_play
from asgitest.conformance.engine.resources import referred
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.shrink import shrink_sequence
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import generate_valid
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from asgitest.conformance.case import Case
    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["WALK", "run_walk"]

WALK = "STATE walk"
"""Begins the subject of a walk; its number follows."""
_STEPS = 60
_MOST_SWEPT = 400
_MOST_READS = 12
_MOST_INSTANCES = 6
_SUCCESS = range(200, 300)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CRASHES = frozenset({"http.unhandled-exception", "openapi.server-error"})
_SHRINK_EXECUTIONS = 40
_UNKNOWN = Expectation()

Instance = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One walk on its way.

    Args:
        work: The task.
        observer: Sends and judges.
        random: The only source of chance.
        latest: Whether always the latest of a kind is taken, not any.
        known: What there is, by the template of its path: the values of the parameters of that.
        sent: All requests so far.
    """

    work: Work
    observer: Observer
    random: Random
    latest: bool = False
    known: dict[str, list[Instance]] = field(default_factory=dict[str, "list[Instance]"])
    sent: list[Sent] = field(default_factory=list["Sent"])
    crashes: list[tuple[Violation, Operation, Exchange, int]] = field(
        default_factory=list["tuple[Violation, Operation, Exchange, int]"]
    )

    async def step(self, operation: Operation, index: int) -> bool:
        """Send one request and take in what comes of it; tell whether it was answered in time."""
        written = self._write(operation)
        if written is None:
            return True
        case, request = written
        with self.work.noted(index, request):
            exchange, violations = await self.observer.request(request, operation.label, _UNKNOWN)
        created = self._learn(operation, case, exchange) if exchange.status in _SUCCESS else ("", None)
        self.sent.append(Sent(request=request, subject=operation.label, parameter=created[0], identifier=created[1]))
        for violation in violations:
            if violation.check in _CRASHES and self.work.seen.is_new(violation, operation.label):
                self.crashes.append((violation, operation, exchange, len(self.sent)))
        return not exchange.hung

    def _write(self, operation: Operation) -> tuple[Case, Request] | None:
        """Write a valid request about what there is."""
        values = self.work.session.values_for(operation)
        try:
            case = values.applied(generate_valid(operation, self.random, values.dictionary()))
            path = {**case.path_parameters, **self._instance_for(operation)}
            case = replace(case, path_parameters=path, body=self._referring(case.body))
            query = {name: self._reference(name, value) for name, value in case.query.items()}
            case = replace(case, query=query)
            return case, values.authenticated(request_of(case), operation)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None

    def _instance_for(self, operation: Operation) -> Instance:
        """Choose what an operation is about: of the longest path that there is something of."""
        own = operation.path.rstrip("/") + "/"
        fitting = [path for path in self.known if own.startswith(path.rstrip("/") + "/") and self.known[path]]
        if not fitting:
            return {}
        return self._chosen(self.known[max(fitting, key=len)])

    def _chosen(self, instances: list[Instance]) -> Instance:
        return instances[-1] if self.latest else self.random.choice(instances)

    def _referring(self, value: Any) -> Any:
        """Let a body refer to what there is."""
        if is_array(value):
            return [self._referring(item) for item in value]
        if not is_object(value):
            return value
        return {name: self._reference(name, self._referring(inner)) for name, inner in value.items()}

    def _reference(self, name: str, value: Any) -> Any:
        """Put the identifier of what a name refers to in place of a value of its type."""
        if not isinstance(value, str | int) or isinstance(value, bool):
            return value
        resource = referred(self.work.session.resources, name)
        instances = self.known.get(resource.path, []) if resource is not None else []
        if resource is None or not instances:
            return value
        other = self._chosen(instances).get(resource.parameter)
        return other if isinstance(other, type(value)) else value

    def _learn(self, operation: Operation, case: Case, exchange: Exchange) -> tuple[str, str | int | None]:
        """Note what was created, or named by the client; returns what the app called it, and by which parameter."""
        given = {name: value for name, value in case.path_parameters.items() if "{" + name in operation.path}
        if operation.method == "PUT" and operation.path.rstrip("/").endswith("}"):
            self._note(operation.path, given)
        for resource in self.work.session.resources.values():
            if resource.create is operation and not resource.named:
                identifier = identifier_of(exchange, resource.parameter)
                if identifier is not None:
                    self._note(resource.path, {**given, resource.parameter: identifier})
                    return resource.parameter, identifier
        return "", None

    def _note(self, path: str, instance: Instance) -> None:
        instances = self.known.setdefault(path, [])
        if instance not in instances:
            instances.append(instance)
        del instances[:-_MOST_INSTANCES]

    # What came of it

    def tell(self) -> None:
        """Tell of the crashes."""
        findings, session = self.work.session.findings, self.work.session
        for violation, operation, exchange, count in self.crashes:
            sent = self.sent[:count]
            leading = [one for one in sent[:-1] if one.request.method not in _READING] + sent[-1:]
            shortest = self._shortest(leading, violation, operation)
            after = replace(violation, check="state.crash-in-sequence") if len(shortest) > 1 else violation
            self.work.seen.take(
                after,
                operation.label,
                exchange,
                scenario=findings.scenario([step_of(one.request) for one in shortest]),
                original=findings.scenario([step_of(one.request) for one in leading]),
                histories=(findings.scenario([step_of(one.request) for one in sent]),),
                handler=session.handler_of(operation.label),
                play=write_play(self.work.task.subject, shortest),
            )

    def _shortest(self, sent: list[Sent], violation: Violation, operation: Operation) -> list[Sent]:
        """Leave out what is not needed, as far as a restart of the lifespan tells."""
        seen, executor = self.work.seen, self.observer.executor
        key = seen.key(violation, operation.label)

        async def shows(shorter: list[Sent]) -> bool:
            await executor.restart()
            play = write_play(self.work.task.subject, shorter) or Play(
                resource="",
                parameter="",
                steps=tuple(SequenceStep(role="action", request=one.request, subject=one.subject) for one in shorter),
            )
            again = await Player(observer=self.observer, work=self.work).play(play)
            last = again.steps[-1] if again.steps else None
            return last is not None and any(
                seen.key(other, operation.label) == key
                for other in last.violations
                if last.step.subject == operation.label
            )

        return executor.run(shrink_sequence(sent, shows, executions=_SHRINK_EXECUTIONS))


def run_walk(work: Work) -> None:
    """Walk through the operations of the app, on state that is fresh at the beginning only.

    Args:
        work: The task.
    """
    session = work.session
    operations = [one for one in session.operations.values() if session.selection.subject(one.label, tags=one.tags)]
    random = keyed_random(session.options.seed, "walk", work.task.subject)
    number = int(re.sub(r"\D", "", work.task.subject) or 0)
    with session.open() as executor:
        started = executor.run(executor.start())
        if started.outcome in {"failed", "hung"} or not operations:
            return
        walk = _Walk(work=work, observer=session.observer(executor), random=random, latest=number == 1)
        way = _swept(operations, random, turn=number) if number <= 2 else _wandered(operations, random)  # noqa: PLR2004  half of them
        most = min(_MOST_SWEPT, 60 + 4 * work.task.cases) if number <= 2 else min(_STEPS, 10 + work.task.cases // 4)  # noqa: PLR2004
        for index, operation in enumerate(way):
            if index >= most:
                break
            if index in work.task.skip:
                continue
            before = len(walk.sent)
            answered = executor.run(walk.step(operation, index))
            work.progress("state", len(walk.sent) - before)
            if not answered:
                break
        walk.tell()


def _wandered(operations: list[Operation], random: Random) -> Iterator[Operation]:
    """Any operation after any other."""
    while True:
        yield random.choice(operations)


def _swept(operations: list[Operation], random: Random, *, turn: int) -> Iterator[Operation]:
    """Each write, and what can be read after it; what creates comes first, what deletes last."""
    reads = [one for one in operations if one.method in _READING]
    writes = [one for one in operations if one.method not in _READING]
    creating = sorted((one for one in writes if one.method in {"POST", "PUT"}), key=lambda one: one.path.count("{"))
    deleting = sorted((one for one in writes if one.method == "DELETE"), key=lambda one: one.path.count("{"))
    rest = [one for one in writes if one.method not in {"POST", "PUT", "DELETE"}]
    if turn == 2:  # noqa: PLR2004  the other way round
        deleting.reverse()
        random.shuffle(creating)
    yield from creating
    for write in (*creating, *rest, *deleting, *creating):
        yield write
        yield from reads if len(reads) <= _MOST_READS else random.sample(reads, _MOST_READS)
