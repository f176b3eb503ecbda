"""T4: cases from the strategies of Schemathesis, which is years ahead on rich schemas, and slow.

Schemathesis and Hypothesis are imported when they are first needed. Only what their documentation names is used:
``schemathesis.openapi.from_dict``, ``operation.as_strategy``, ``GenerationMode``.

Depends on: the judge; schemathesis, hypothesis.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast

from asgitest.conformance.case import Case
from asgitest.conformance.generate.judge import judged
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.operation import Operation, Parameter, Schema

__all__ = ["hypothesis_cases", "operation_document"]

_REF = "#/$defs/"
_COMPONENTS = "#/components/schemas/"


def hypothesis_cases(
    operation: Operation, seed: int, *, count: int = 50, mode: Literal["positive", "negative", "all"] = "all"
) -> Iterator[Case]:
    """Yield cases Schemathesis makes, judged by us; the same seed gives the same cases.

    Args:
        operation: What they are sent to.
        seed: Of Hypothesis.
        count: How many to ask for; fewer come when the schema allows fewer.
        mode: Values as documented, or not, or both.

    Raises:
        ImportError: If schemathesis is not installed.
    """
    import schemathesis  # noqa: PLC0415  slow, and not always installed

    schema: Any = schemathesis.openapi.from_dict(operation_document(operation))
    known: Any = schema[operation.path][operation.method]
    modes = [one for one in schemathesis.GenerationMode if mode in {"all", one.value}]
    for one in modes:
        for drawn in _drawn(known.as_strategy(generation_mode=one), seed, count // len(modes) or 1):
            yield _case(operation, drawn, seed)


def operation_document(operation: Operation) -> dict[str, Any]:
    """Write a document that has one operation only."""
    components: dict[str, Schema] = {}
    hoist = _Hoist(components)
    described: dict[str, Any] = {
        "parameters": [_parameter(one, hoist) for one in operation.parameters],
        "responses": {"default": {"description": ""}},
    }
    if operation.bodies:
        content = {body.media_type: {"schema": hoist(body.schema)} for body in operation.bodies}
        described["requestBody"] = {"required": operation.bodies[0].required, "content": content}
    return {
        "openapi": "3.1.0",
        "info": {"title": "asgitest", "version": "1"},
        "paths": {operation.path: {operation.method.lower(): described}},
        "components": {"schemas": components},
    }


class _Hoist:
    """Moves what a schema carries under ``$defs`` to the components.

    Args:
        components: Where to.
    """

    def __init__(self, components: dict[str, Schema]) -> None:
        self.components = components

    def __call__(self, schema: Schema) -> Schema:
        """Return the schema with references to the components."""
        for name, one in cast("Mapping[str, Schema]", schema.get("$defs", {})).items():
            self.components[name] = _rewritten(one)
        return cast("Schema", _rewritten({key: value for key, value in schema.items() if key != "$defs"}))


def _rewritten(value: Any) -> Any:
    """Rewrite references."""
    if is_object(value):
        table = value.items()
        return {key: one.replace(_REF, _COMPONENTS) if key == "$ref" else _rewritten(one) for key, one in table}
    return [_rewritten(one) for one in value] if is_array(value) else value


def _parameter(parameter: Parameter, hoist: _Hoist) -> dict[str, Any]:
    """Write one parameter."""
    written: dict[str, Any] = {"name": parameter.name, "in": parameter.location, "required": parameter.required}
    schema = hoist(parameter.schema)
    if parameter.content_type is not None:
        return {**written, "content": {parameter.content_type: {"schema": schema}}}
    return {**written, "schema": schema, "style": parameter.style, "explode": parameter.explode}


def _drawn(strategy: Any, seed: int, count: int) -> list[Any]:
    """Run a strategy without a database and without judging how hard it finds it."""
    import hypothesis  # noqa: PLC0415  slow, and not always installed
    import hypothesis.errors  # noqa: PLC0415  as above

    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=cast("Any", list(hypothesis.HealthCheck)),
    )
    @hypothesis.given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            collect()
        except hypothesis.errors.Unsatisfiable:
            return found
    return found


def _case(operation: Operation, drawn: Any, seed: int) -> Case:
    """Make a case of ours."""
    body = drawn.body
    absent = type(body).__name__ == "NotSet"
    raw = body if isinstance(body, bytes) else None
    case = Case(
        operation=operation,
        path_parameters=dict(drawn.path_parameters or {}),
        query=dict(drawn.query or {}),
        headers=_own_headers(dict(drawn.headers or {})),
        cookies=dict(drawn.cookies or {}),
        body=ABSENT if absent or raw is not None else body,
        raw_body=raw,
        media_type=drawn.media_type,
        generator="T4",
        description="from Schemathesis",
        seed=f"hypothesis/{seed}",
    )
    verdict = judged(case)
    return replace(verdict, description="valid" if verdict.valid else case.description)


def _own_headers(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers that are no matter of the body."""
    return {name: value for name, value in headers.items() if name.lower() not in {"content-type", "content-length"}}
