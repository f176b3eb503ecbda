"""Identifiers an app knows, so that cases reach what is behind them: created beforehand, or read from its lists.

Depends on: generators, resources, the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.identifiers import identifier_of, json_of
from asgitest.conformance.engine.plays import Sent, marked, write_play
from asgitest.conformance.engine.resources import reference_names, referred
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import generate_valid
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from asgitest.conformance.case import Case
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.plays import Play
    from asgitest.conformance.engine.resources import Resource
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["HARVEST", "Harvest", "harvest"]

HARVEST = -3
"""Stands for the number of a case while identifiers are collected."""
_CREATIONS = 2
_TRIES = 6
_MOST_LISTS = 3
_MOST_VALUES = 12
_SUCCESS = range(200, 300)


@dataclass(slots=True, kw_only=True)
class Harvest:
    """What was collected for one operation.

    Args:
        by_name: Values by parameter name.
        by_property: Values by name of a property of bodies.
        created: What was created, with the requests that are sent again after each restart.
        renamed: What is called otherwise since the last restart, by the name it had at first.
    """

    by_name: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    by_property: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    created: list[Sent] = field(default_factory=list["Sent"])
    renamed: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])

    def add(self, name: str, value: Any) -> None:
        """Take a value in that is new."""
        known = self.by_name.setdefault(name, [])
        if value not in known and len(known) < _MOST_VALUES:
            known.append(value)

    @property
    def creations(self) -> tuple[Request, ...]:
        """The requests that create, as they are sent now."""
        return tuple(self.current(one.request) for one in self.created)

    def current(self, request: Request) -> Request:
        """Put the present identifiers in place of the first ones."""
        return marked(request, self.renamed.items()) if self.renamed else request

    def first(self, request: Request) -> Request:
        """Put the first identifiers in place of the present ones."""
        return marked(request, {now: once for once, now in self.renamed.items()}.items())

    async def create_again(self, send: Callable[[Request], Awaitable[Exchange]]) -> None:
        """Create everything again, and note what it is called now."""
        self.renamed.clear()
        for one in self.created:
            exchange = await send(self.current(one.request))
            again = identifier_of(exchange, one.parameter)
            if isinstance(again, str) and isinstance(one.identifier, str) and again != one.identifier:
                self.renamed[one.identifier.encode()] = again.encode()

    def bound(self, subject: str, request: Request) -> Play | None:
        """Write a request with what was created for it as a sequence, if identifiers in it are given by chance.

        Args:
            subject: Of the request.
            request: As it was sent.
        """
        return write_play(subject, (*self.created, Sent(request=self.first(request), subject=subject)))


async def harvest(work: Work, operation: Operation, observer: Observer) -> Harvest:
    """Collect identifiers for the path parameters of an operation.

    Args:
        work: The task.
        operation: Whose parameters.
        observer: Sends.
    """
    found = Harvest()
    names = [parameter.name for parameter in operation.parameters_in("path")]
    if HARVEST in work.task.skip:
        return found
    for name, resource in _references(work, operation):
        for value in await _create(work, resource, observer, found=found):
            found.by_property.setdefault(name, []).append(value)
    above = [
        resource
        for resource in work.session.resources.values()
        if operation.path.startswith(resource.path) and resource.parameter in names
    ]
    for resource in sorted(above, key=lambda one: one.path.count("{")):
        for value in await _create(work, resource, observer, found=found):
            found.add(resource.parameter, value)
    for listing in _lists(work, operation):
        exchange, _ = await _send(work, listing, observer, number=0)
        if exchange is not None and exchange.status in _SUCCESS:
            for name in names:
                for value in _values_in(json_of(exchange), name):
                    found.add(name, value)
    return found


def _references(work: Work, operation: Operation) -> Iterator[tuple[str, Resource]]:
    """What the bodies and the query of an operation refer to by name, unless it stands in its path, too."""
    known = work.session.resources
    names = [name for body in operation.bodies for name in reference_names(body.schema)]
    names += [parameter.name for parameter in operation.parameters_in("query")]
    for name in dict.fromkeys(names):
        resource = referred(known, name)
        if resource is not None and resource.create is not operation:
            yield name, resource


async def _create(work: Work, resource: Resource, observer: Observer, *, found: Harvest) -> list[Any]:
    """Create some and note how they are called; below something else, below the first of that."""
    known = {name: values[0] for name, values in found.by_name.items()}
    called: list[Any] = []
    for number in range(_TRIES):
        if len(called) >= _CREATIONS:
            break
        exchange, case = await _send(work, resource.create, observer, number=number, known=known)
        if exchange is None or case is None or exchange.status not in _SUCCESS:
            continue
        identifier = (
            case.path_parameters.get(resource.parameter)
            if resource.named
            else identifier_of(exchange, resource.parameter)
        )
        if identifier is not None:
            numeric = isinstance(identifier, str) and identifier.isdecimal()
            called.append(int(identifier) if isinstance(identifier, str) and numeric else identifier)
            found.created.append(
                Sent(
                    request=exchange.request,
                    subject=resource.create.label,
                    parameter=resource.parameter,
                    identifier=identifier,
                )
            )
    return called


async def _send(
    work: Work,
    operation: Operation,
    observer: Observer,
    *,
    number: int,
    known: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Exchange | None, Case | None]:
    """Send one valid request, with what is known in its path; None when none can be made."""
    random = keyed_random(work.session.options.seed, "harvest", operation.label, number)
    values = work.session.values_for(operation)
    try:
        case = values.applied(generate_valid(operation, random, values.dictionary()))
        path = {name: known.get(name, value) for name, value in case.path_parameters.items()}
        case = replace(case, path_parameters=path)
        request = request_of(case)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None, None
    request = values.authenticated(request, operation)
    with work.noted(HARVEST, request):
        return await observer.executor.http(request), case


def _lists(work: Work, operation: Operation) -> Iterator[Operation]:
    """The collections on the way to an operation: GET without anything that is required."""
    found = 0
    for other in work.session.operations.values():
        needs = any(parameter.required for parameter in other.parameters)
        if other.method == "GET" and not needs and operation.path.startswith(other.path.rstrip("/") + "/{"):
            yield other
            found += 1
            if found >= _MOST_LISTS:
                return


def _values_in(value: Any, name: str) -> Iterator[Any]:
    """The values a list response has under the name of a parameter, or under the usual names of identifiers."""
    if is_object(value):
        inner = [item for item in value.values() if is_array(item)]
        value = inner[0] if len(inner) == 1 else list(value)
    if not is_array(value):
        return
    for item in value[:_MOST_VALUES]:
        if is_object(item):
            folded = name.lower().replace("_", "")
            for key, one in item.items():
                plain = key.lower().replace("_", "")
                if plain == folded or (
                    plain in {"id", "uuid", "slug", "key", "code", "name"} and folded.endswith(plain)
                ):
                    yield one
        elif isinstance(item, str | int):
            yield item
