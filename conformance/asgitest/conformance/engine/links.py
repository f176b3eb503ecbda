"""Documented links of a response, followed with what the response has.

Source: OpenAPI 3.1, Link Object, Runtime Expressions. Depends on: operations, the records.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from asgitest.conformance.checks.identifiers import json_of
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.destinations import pattern_of
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import EMPTY, generate_valid
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT
from asgitest.conformance.reading import names_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["check_link", "linked_requests", "missing_values"]

_GONE = frozenset({404, 410})
Link = tuple[str, dict[str, Any], "Operation"]


def _links(exchange: Exchange, operation: Operation, others: Iterable[Operation]) -> Iterator[Link]:
    """The links of the response that lead to an operation that is known."""
    response = operation.responses.get(str(exchange.status))
    by_id = {str(one.operation_id): one for one in others if one.operation_id}
    links: Mapping[str, Any] = response.links if response is not None else {}
    for name, link in links.items():
        target = by_id.get(str(link.get("operationId", ""))) if is_object(link) else None
        if target is not None and is_object(link.get("parameters", {})):
            yield name, link, target


def missing_values(exchange: Exchange, operation: Operation, others: Iterable[Operation]) -> Iterator[Violation]:
    """See whether the response has what its links take from it."""
    for name, link, target in _links(exchange, operation, others):
        for parameter, expression in link.get("parameters", {}).items():
            if isinstance(expression, str) and _value(expression, exchange, operation) is ABSENT:
                yield Violation(
                    check="openapi.link-broken",
                    message=f"The link {name!r} to {target.label} takes {parameter} from {expression}, "
                    "which the response does not have.",
                    cause=(name, parameter),
                    expected=f"A response with {expression}.",
                    actual="Nothing there.",
                )


def linked_requests(
    exchange: Exchange, operation: Operation, others: Iterable[Operation]
) -> Iterator[tuple[str, Operation, Request]]:
    """Yield the requests that the links of a response say, with their names, those that can be made of it."""
    for name, link, target in _links(exchange, operation, others):
        values = {
            parameter.rpartition(".")[2]: _value(given, exchange, operation) if isinstance(given, str) else given
            for parameter, given in link.get("parameters", {}).items()
        }
        if any(value is ABSENT for value in values.values()):
            continue
        try:
            case = generate_valid(target, keyed_random(0, "link", name), EMPTY)
            path = {key: values.get(key, value) for key, value in case.path_parameters.items()}
            named = {one.name: values[one.name] for one in target.parameters_in("query") if one.name in values}
            query = {**case.query, **named}
            yield name, target, request_of(replace(case, path_parameters=path, query=query))
        except (ValueError, TypeError, OverflowError, RecursionError):
            continue


def check_link(name: str, target: Operation, exchange: Exchange) -> Iterator[Violation]:
    """See whether a link leads to something."""
    if exchange.status in _GONE:
        yield Violation(
            check="openapi.link-broken",
            message=f"The link {name!r} leads to {target.label}, which is answered with {exchange.status}.",
            cause=(name,),
            expected="A success.",
            actual=str(exchange.status),
            assertion=f"assert response.status_code != {exchange.status}",
        )


def _value(expression: str, exchange: Exchange, operation: Operation) -> Any:
    """Evaluate a runtime expression; text that is none stands for itself."""
    if not expression.startswith("$"):
        return expression
    source, _, rest = expression.partition("#")
    if source == "$response.body":
        return _pointed(json_of(exchange), rest)
    kind, _, name = source.rpartition(".")
    path, _, query = exchange.request.target.decode("latin-1").partition("?")
    if kind == "$response.header" and exchange.response is not None:
        value = exchange.response.header(name.lower().encode("latin-1"))
        return value.decode("latin-1") if value is not None else ABSENT
    if kind == "$request.query":
        return parse_qs(query).get(name, [ABSENT])[0]
    if kind == "$request.path":
        names = names_in(operation.path)
        match = pattern_of(operation.path, "([^/]+)").fullmatch(path)
        return unquote(match[names.index(name) + 1]) if match is not None and name in names else ABSENT
    return expression


def _pointed(value: Any, pointer: str) -> Any:
    """Follow a JSON pointer."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if is_object(value) and key in value:
            value = value[key]
        elif is_array(value) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return ABSENT
    return value
