"""Whether outgoing calls are what the app's document says of its callbacks and webhooks.

The URL of a callback is a runtime expression over the request that caused it, so callbacks are told by the traffic of
the test. A webhook has no URL in the document: the test says which calls are one.

Source: OpenAPI 3.1.1, Callback Object and Runtime Expressions.
Depends on: ``call``; the inventory and the validators of `asgitest.conformance`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from asgitest.conformance.adapters import find_adapter
from asgitest.conformance.coverage.expectations import subject_of
from asgitest.conformance.coverage.matching import RoutingTable
from asgitest.conformance.errors import nearest
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.conformance.inventory import Inventory
    from asgitest.conformance.operation import Body, Callback
    from asgitest.pytest_plugin.outgoing_calls.call import OutgoingCall
    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["breaches", "evaluate"]

_EXPRESSION = re.compile(r"\{?(\$[^{}]+)\}?")


def breaches(calls: Iterable[OutgoingCall], records: Iterable[ExchangeRecord], apps: Iterable[Any]) -> Iterator[str]:
    """Yield a sentence for each call that breaks what a document says of it.

    Args:
        calls: What the app called.
        records: The traffic that may have caused it.
        apps: Where webhooks are looked up, beside the apps of the records.
    """
    documents = _Documents([*apps, *(record.app for record in records)])
    urls = [
        (callback, url)
        for record in records
        for callback in documents.callbacks(record)
        if (url := evaluate(callback.expression, record)) is not None
    ]
    for call in calls:
        if call.webhook is not None:
            yield from documents.check_webhook(call, call.webhook)
        else:
            near = [callback for callback, url in urls if url.rstrip("/") == call.url.partition("?")[0].rstrip("/")]
            fitting = [callback for callback in near if callback.method == call.method]
            if near and not fitting:
                yield f"{call}: the callback {near[0].name!r} is sent with {near[0].method}"
            for callback in fitting[:1]:
                yield from _check(call, callback.bodies, f"the callback {callback.name!r}")


class _Documents:
    """The documents of the apps of one test."""

    def __init__(self, apps: list[Any]) -> None:
        self._known: dict[int, tuple[Any, RoutingTable, Inventory]] = {}
        for app in apps:
            if id(app) not in self._known:
                self._known[id(app)] = (app, RoutingTable(app), _inventory_of(app))

    def callbacks(self, record: ExchangeRecord) -> Iterator[Callback]:
        """The callbacks of the operation that answered."""
        _, table, inventory = self._known[id(record.app)]
        route = table.find(record.scope)
        if route is not None:
            operation = inventory.operation(subject_of(route, record.scope.get("method", "")))
            yield from operation.callbacks if operation is not None else ()

    def check_webhook(self, call: OutgoingCall, name: str) -> Iterator[str]:
        """Compare a call with a webhook."""
        webhooks = [webhook for _, _, inventory in self._known.values() for webhook in inventory.webhooks]
        named = [webhook for webhook in webhooks if webhook.name == name]
        if not named:
            hint = nearest(name, [webhook.name for webhook in webhooks])
            yield f"{call}: the app declares no webhook {name!r}. {hint}".rstrip()
            return
        fitting = next((webhook for webhook in named if webhook.method == call.method), None)
        if fitting is None:
            yield f"{call}: the webhook {name!r} is sent with {named[0].method}"
            return
        yield from _check(call, fitting.bodies, f"the webhook {name!r}")


def _inventory_of(app: Any) -> Inventory:
    described = find_adapter(app).document(app) is not None
    return build_inventory(target_of(app), schema="auto" if described else "none")


def _check(call: OutgoingCall, bodies: tuple[Body, ...], what: str) -> Iterator[str]:
    """Compare the body of a call with those that are declared."""
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if not bodies:
        return
    if not call.content:
        if any(body.required for body in bodies):
            yield f"{call}: {what} has a body, but this call has none"
        return
    body = next((one for one in bodies if one.media_type.lower() in {kind, "*/*"}), None)
    if body is None:
        declared = ", ".join(one.media_type for one in bodies)
        yield f"{call}: {what} is sent as {declared}, but this call is {kind or 'of no media type'}"
    elif kind.endswith("json"):
        try:
            value = call.json()
        except ValueError as error:
            yield f"{call}: its body is no JSON: {error}"
        else:
            yield from (f"{call} is not as {what}: {problem}" for problem in _problems(body.schema, value))


def _problems(schema: dict[str, Any], value: Any) -> Iterator[str]:
    """Where a value breaks a schema. Without a validator of JSON Schema, only what surely breaks it is told."""
    try:
        from asgitest.conformance.checks.validators import validator_of  # noqa: PLC0415  in the extra "conformance"
    except ModuleNotFoundError:
        from asgitest.conformance.generate.leniency import may_accept  # noqa: PLC0415

        if not may_accept(schema, value, schema.get("$defs", {}), text=False):
            yield "its body breaks the schema"
        return
    error = validator_of(schema).first_error(value)
    if error is not None:
        message, _, place = error
        yield f"/{'/'.join(map(str, place))}: {message}"


def evaluate(expression: str, record: ExchangeRecord) -> str | None:
    """The URL of a callback, given the exchange that caused it.

    Returns:
        ``None`` if a part of it is not there.
    """
    missing = False

    def put(match: re.Match[str]) -> str:
        nonlocal missing
        value = _value(match[1].rstrip("}"), record)
        missing = missing or value is None
        return str(value)

    url = _EXPRESSION.sub(put, expression)
    return None if missing else url


def _value(expression: str, record: ExchangeRecord) -> Any:  # noqa: PLR0911  each source of a value returns
    """One runtime expression."""
    scope = record.scope
    source, _, rest = expression.partition(".")
    if source == "$method":
        return scope.get("method")
    if source == "$statusCode":
        return record.status
    if source == "$url":
        return scope["path"]
    request = source == "$request"
    kind, _, name = rest.partition(".")
    if kind == "query" and request:
        return next(iter(parse_qs(scope["query_string"].decode("latin-1")).get(name, [])), None)
    if kind == "path" and request:
        values: dict[str, Any] = scope.get("path_params") or {}
        return values.get(name)
    if kind == "header":
        headers = scope["headers"] if request else record.headers
        wanted = name.lower().encode("latin-1")
        return next((value.decode("latin-1") for key, value in headers if key.lower() == wanted), None)
    if kind.startswith("body"):
        return _pointed(record.request_body if request else record.body, rest.partition("#")[2])
    return None


def _pointed(content: bytes, pointer: str) -> Any:
    """What a JSON pointer points to in a body; ``None`` if it points to nothing."""
    try:
        value = json.loads(content)
    except ValueError:
        return None
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if is_object(value):
            value = value.get(key)
        elif is_array(value) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
