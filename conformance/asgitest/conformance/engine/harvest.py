"""Identifiers an app knows, so that cases reach what is behind them: created beforehand, or read from its lists.

Depends on: generators, resources, the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.identifiers import identifier_of, json_of
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import generate_valid
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.case import Case
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.resources import Resource
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["HARVEST", "Harvest", "harvest"]

HARVEST = -3
"""Stands for the number of a case while identifiers are collected."""
_CREATIONS = 2
_MOST_LISTS = 3
_MOST_VALUES = 12
_SUCCESS = range(200, 300)


@dataclass(slots=True, kw_only=True)
class Harvest:
    """What was collected for one operation.

    Args:
        by_name: Values by parameter name.
        creations: Requests that are sent again after each restart, so that the identifiers stay known.
    """

    by_name: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    creations: list[Request] = field(default_factory=list["Request"])

    def add(self, name: str, value: Any) -> None:
        """Take a value in that is new."""
        known = self.by_name.setdefault(name, [])
        if value not in known and len(known) < _MOST_VALUES:
            known.append(value)


async def harvest(work: Work, operation: Operation, observer: Observer) -> Harvest:
    """Collect identifiers for the path parameters of an operation.

    Args:
        work: The task.
        operation: Whose parameters.
        observer: Sends.
    """
    found = Harvest()
    names = [parameter.name for parameter in operation.parameters_in("path")]
    if not names or HARVEST in work.task.skip:
        return found
    above = [
        resource
        for resource in work.session.resources.values()
        if operation.path.startswith(resource.path) and resource.parameter in names
    ]
    for resource in sorted(above, key=lambda one: one.path.count("{")):
        await _create(work, resource, observer, found=found)
    for listing in _lists(work, operation):
        exchange, _ = await _send(work, listing, observer, number=0)
        if exchange is not None and exchange.status in _SUCCESS:
            for name in names:
                for value in _values_in(json_of(exchange), name):
                    found.add(name, value)
    return found


async def _create(work: Work, resource: Resource, observer: Observer, *, found: Harvest) -> None:
    """Create some and note how they are called; below something else, below the first of that."""
    known = {name: values[0] for name, values in found.by_name.items()}
    for number in range(_CREATIONS):
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
            found.add(resource.parameter, int(identifier) if numeric else identifier)
            found.creations.append(exchange.request)


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
