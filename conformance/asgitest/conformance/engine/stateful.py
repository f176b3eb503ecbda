"""Sequences over one resource: create, read, list, replace, change, delete, and everything again on what is gone.

Resources are inferred from paths: a collection that takes POST, and the same path with one parameter more. What a
creation answers gives the identifier: by its name, or by ``Location``.

Depends on: generators, execution, checks, the session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asgitest.conformance.checks import Expectation
from asgitest.conformance.checks.sequences import check_sequence, json_of
from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.fuzz import request_of
from asgitest.conformance.engine.messages import Progress
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.shrink import shrink_sequence
from asgitest.conformance.generate import generate_valid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.engine.journal import Journal
    from asgitest.conformance.engine.messages import Candidate
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.seen import SeenInTask
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.model import Finding
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["Play", "Resource", "SequenceStep", "infer_resources", "observe_sequence", "run_resource"]

_MARK = "asgitest-id"
_CREATED = range(200, 300)
_NAMES = ("id", "uuid", "key", "slug", "name", "code")
_CRASHES = frozenset({"http.unhandled-exception", "openapi.server-error"})
_SHRINK_EXECUTIONS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """A kind of thing the app keeps.

    Args:
        path: Template of one of them.
        parameter: The name of the last parameter of it.
        create: POST on the collection.
        listing: GET on the collection, if there is one.
        on_one: Operations on one of them, by method.
        actions: Operations below one of them.
    """

    path: str
    parameter: str
    create: Operation
    listing: Operation | None = None
    on_one: dict[str, Operation] = field(default_factory=dict[str, "Operation"])
    actions: tuple[Operation, ...] = ()

    @property
    def label(self) -> str:
        """``STATE /path/{template}``."""
        return f"STATE {self.path}"

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All of them."""
        listed = (self.listing,) if self.listing is not None else ()
        return (self.create, *listed, *self.on_one.values(), *self.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One request of a sequence; the identifier is put in when it is known.

    Args:
        role: Which part it plays.
        request: With a mark in place of the identifier.
        subject: Label of the operation.
        expectation: What is known about it.
    """

    role: Role
    request: Request
    subject: str
    expectation: Expectation = Expectation()


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


def infer_resources(operations: Iterable[Operation]) -> Iterator[Resource]:
    """Find resources by their paths."""
    table: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        table.setdefault(operation.path, {})[operation.method] = operation
    for path, methods in table.items():
        match = re.fullmatch(r"(.*?)/?\{([^{}:]+)\}/?", path)
        if match is None or "{" in match[1] or not {"GET", "DELETE", "PUT", "PATCH"} & set(methods):
            continue
        collection = table.get(match[1]) or table.get(match[1] + "/") or {}
        create = collection.get("POST")
        if create is None:
            continue
        actions = tuple(
            operation
            for other, others in table.items()
            if other.startswith(path.rstrip("/") + "/") and other.count("{") == 1
            for operation in others.values()
        )
        yield Resource(
            path=path,
            parameter=match[2],
            create=create,
            listing=collection.get("GET"),
            on_one={method: methods[method] for method in ("GET", "PUT", "PATCH", "DELETE") if method in methods},
            actions=actions[:4],
        )


def identifier_of(exchange: Exchange, parameter: str) -> str | None:
    """Find the identifier in the answer to a creation: by the parameter's name, by usual names, by ``Location``."""
    value = json_of(exchange)
    if isinstance(value, dict):
        holders = [value, *(item for item in value.values() if isinstance(item, dict))]
        folded = parameter.lower().replace("_", "").replace("-", "")
        for holder in holders:
            for name, item in holder.items():
                if str(name).lower().replace("_", "").replace("-", "") == folded and _is_identifier(item):
                    return str(item)
            for name in _NAMES:
                if (folded.endswith(name) or name in {"id", "uuid"}) and _is_identifier(holder.get(name)):
                    return str(holder[name])
    elif _is_identifier(value):
        return str(value)
    location = exchange.response.header(b"location") if exchange.response is not None else None
    if location:
        return location.decode("latin-1").rstrip("/").rpartition("/")[2] or None
    return None


def _is_identifier(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""


def _plan(session: Session, resource: Resource, turn: int) -> Iterator[SequenceStep]:
    """Write one sequence."""
    on_one = resource.on_one

    def step(role: Role, operation: Operation | None) -> Iterator[SequenceStep]:
        if operation is None:
            return
        random = keyed_random(session.options.seed, "state", resource.label, turn, role)
        values = session.values_for(operation)
        case = generate_valid(operation, random, values.dictionary())
        if role.startswith("list"):
            required = {parameter.name for parameter in operation.parameters if parameter.required}
            case = replace(case, query={name: value for name, value in case.query.items() if name in required})
        if resource.parameter in case.path_parameters and operation.path.startswith(resource.path.rstrip("/")):
            mark = f"{_MARK}-unknown" if role == "control" else _MARK
            case = replace(case, path_parameters={**case.path_parameters, resource.parameter: mark})
        request = values.authenticated(request_of(case), operation)
        yield SequenceStep(
            role=role,
            request=request,
            subject=operation.label,
            expectation=Expectation(valid=None),
        )

    read = on_one.get("GET")
    yield from step("list before", resource.listing)
    yield from step("create", resource.create)
    yield from step("control", read)
    yield from step("read", read)
    yield from step("list", resource.listing)
    if "PUT" in on_one:
        yield from step("put", on_one["PUT"])
        yield from step("read after put", read)
        yield from (replace(one, role="put again") for one in step("put", on_one["PUT"]))
        yield from step("read after second put", read)
    yield from step("change", on_one.get("PATCH"))
    for action in resource.actions:
        yield from step("action", action)
    yield from step("delete", on_one.get("DELETE"))
    yield from step("read after delete", read)
    yield from step("delete again", on_one.get("DELETE"))
    if turn % 2:
        yield from step("change", on_one.get("PATCH"))
        yield from step("put", on_one.get("PUT"))
        for action in resource.actions:
            yield from step("action", action)
        yield from step("action", resource.listing)


async def _play(
    observer: Observer, play: Play, journal: Journal | None = None, index: int = 0
) -> tuple[list[tuple[SequenceStep, Exchange, list[Violation]]], bool]:
    """Play a sequence; return its exchanges with what is wrong with each, and whether the app assigned the identifier."""
    identifier: str | None = None
    assigned = False
    played: list[tuple[SequenceStep, Exchange, list[Violation]]] = []
    for step in play.steps:
        marked = _MARK.encode() in step.request.target
        if marked and identifier is None and step.role != "control":
            continue
        request = _bound(step.request, identifier, control=step.role == "control")
        if journal is not None:
            journal.begin(index, request)
        exchange, violations = await observer.request(request, step.subject, step.expectation)
        if journal is not None:
            journal.end()
        played.append((step, exchange, violations))
        if step.role == "create" and exchange.status in _CREATED:
            identifier = identifier_of(exchange, play.parameter)
            assigned = identifier is not None and identifier.encode() not in request.body
    return played, assigned


def _bound(request: Request, identifier: str | None, *, control: bool) -> Request:
    """Put an identifier into a target."""
    if control:
        other = "987654321" if identifier is None or identifier.isdigit() else _unlike(identifier)
        return replace(request, target=request.target.replace(f"{_MARK}-unknown".encode(), other.encode()))
    if identifier is None:
        return request
    return replace(request, target=request.target.replace(_MARK.encode(), quote(identifier, safe="").encode()))


def _unlike(identifier: str) -> str:
    """Write an identifier of the same form that is not in use."""
    return quote("".join("0" if c in "123456789abcdef" else c for c in identifier), safe="") + (
        "" if "-" in identifier else "0"
    )


def _wrong(
    played: Sequence[tuple[SequenceStep, Exchange, list[Violation]]], *, assigned: bool
) -> Iterator[tuple[int, Violation]]:
    """List what is wrong with a sequence and with its exchanges."""
    for index, (_, _, violations) in enumerate(played):
        for violation in violations:
            yield index, violation
    yield from check_sequence([(step.role, exchange) for step, exchange, _ in played], assigned=assigned)


def run_resource(session: Session, resource: Resource, seen: SeenInTask, tell: Any, journal: Journal | None) -> None:
    """Play sequences over one resource.

    Args:
        session: Has the app.
        resource: Which.
        seen: Takes what is wrong.
        tell: Tells of progress.
        journal: Written before each request.
    """
    turns = max(4, min(20, seen.task.cases // 25))
    with session.open() as executor:
        observer = session.observer(executor)
        for turn in range(turns):
            if turn in seen.task.skip:
                continue
            started = executor.run(executor.restart())
            if started.outcome in {"failed", "hung"}:
                return
            play = Play(
                resource=resource.label, parameter=resource.parameter, steps=tuple(_plan(session, resource, turn))
            )
            played, assigned = executor.run(_play(observer, play, journal, turn))
            tell(Progress(number=seen.task.number, family="state", cases=len(played)))
            for index, violation in _wrong(played, assigned=assigned):
                _take(session, observer, seen, play, played, index, violation)


def _take(  # noqa: PLR0917  everything that is known about a violation
    session: Session,
    observer: Observer,
    seen: SeenInTask,
    play: Play,
    played: Sequence[tuple[SequenceStep, Exchange, list[Violation]]],
    index: int,
    violation: Violation,
) -> None:
    """Tell of a violation, with the shortest sequence that shows it."""
    step, exchange, _ = played[index]
    if not seen.is_new(violation, step.subject):
        return
    steps = [one for one, _, _ in played[: index + 1]]
    key = seen.key(violation, step.subject)

    async def shows(shorter: list[SequenceStep]) -> bool:
        await observer.executor.restart()
        again, assigned = await _play(observer, replace(play, steps=tuple(shorter)))
        return any(
            seen.key(other, again[at][0].subject) == key
            for at, other in _wrong(again, assigned=assigned)
            if at < len(again)
        )

    shortest = steps
    if violation.check in _CRASHES:
        shortest = observer.executor.run(shrink_sequence(steps, shows, executions=_SHRINK_EXECUTIONS))
        if len(shortest) > 1:
            violation = replace(violation, check="state.crash-in-sequence")
    smaller = replace(play, steps=tuple(shortest))
    concrete = [step_of(one_exchange.request) for one, one_exchange, _ in played if one in shortest]
    seen.take(
        violation,
        step.subject,
        exchange,
        session.findings.scenario(concrete),
        handler=session.handler_of(step.subject),
        play=smaller,
        expectation=step.expectation,
    )


def observe_sequence(session: Session, observer: Observer, candidate: Candidate) -> Finding | None:
    """Play the sequence of a candidate on fresh state; return the finding if it was seen."""
    play = candidate.play
    if play is None:
        return None
    executor = observer.executor
    executor.run(executor.restart())
    played, assigned = executor.run(_play(observer, play))
    for index, violation in _wrong(played, assigned=assigned):
        step, exchange, _ = played[index]
        checked = violation
        if violation.check in _CRASHES and candidate.finding.check == "state.crash-in-sequence":
            checked = replace(violation, check="state.crash-in-sequence")
        finding = session.findings.build(checked, step.subject, handler=session.handler_of(step.subject), seen=exchange)
        if finding is not None and finding.fingerprint == candidate.finding.fingerprint:
            return finding
    return None
