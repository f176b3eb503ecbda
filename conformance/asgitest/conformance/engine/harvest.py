"""Identifiers an app knows, so that cases reach what is behind them: created beforehand, or read from its lists.

Depends on: generators, resources, the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.sequences import json_of
from asgitest.conformance.engine.resources import identifier_of
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import generate_valid
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    for resource in work.session.resources.values():
        if operation.path.startswith(resource.path) and resource.parameter in names:
            await _create(work, resource, observer, found=found)
    for listing in _lists(work, operation):
        exchange = await _send(work, listing, observer, number=0)
        if exchange is not None and exchange.status in _SUCCESS:
            for name in names:
                for value in _values_in(json_of(exchange), name):
                    found.add(name, value)
    return found


async def _create(work: Work, resource: Resource, observer: Observer, *, found: Harvest) -> None:
    """Create some and note how they are called."""
    for number in range(_CREATIONS):
        exchange = await _send(work, resource.create, observer, number=number)
        if exchange is None or exchange.status not in _SUCCESS:
            continue
        identifier = identifier_of(exchange, resource.parameter)
        if identifier is not None:
            found.add(resource.parameter, int(identifier) if identifier.isdecimal() else identifier)
            found.creations.append(exchange.request)


async def _send(work: Work, operation: Operation, observer: Observer, *, number: int) -> Exchange | None:
    """Send one valid request; None when none can be made."""
    random = keyed_random(work.session.options.seed, "harvest", operation.label, number)
    values = work.session.values_for(operation)
    try:
        request = request_of(values.applied(generate_valid(operation, random, values.dictionary())))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    request = values.authenticated(request, operation)
    with work.noted(HARVEST, request):
        return await observer.executor.http(request)


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
