"""How the values of one operation are made: each parameter and each body compiled once for where it goes.

Depends on: schema values, serialisation.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asgitest.conformance.generate.schema_values import SchemaValues
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.serialise import essence, is_form, is_json, is_multipart

if TYPE_CHECKING:
    from asgitest.conformance.generate.scalars import Alphabet
    from asgitest.conformance.operation import Body, Operation, Parameter, Schema

__all__ = ["BodyPlan", "OperationPlan", "ParameterPlan", "plan_of", "without_null"]

_ALPHABETS: dict[str, Alphabet] = {"path": "path", "header": "header", "cookie": "cookie"}
_OF_THE_SERVER = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
_TEXT = (
    "text/",
    "application/yaml",
    "application/x-yaml",
    "application/octet-stream",
    "application/jsonl",
    "application/x-ndjson",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParameterPlan:
    """A parameter and its values. *sent* is false for headers that belong to the server or the connection."""

    parameter: Parameter
    values: SchemaValues


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BodyPlan:
    """A media type and its values; *text* when what is sent is read back as text (forms)."""

    body: Body
    values: SchemaValues
    text: bool
    writable: bool


class OperationPlan:
    """Everything that is made for one operation.

    Args:
        operation: What it is made for.
    """

    def __init__(self, operation: Operation) -> None:
        self.parameters = tuple(
            ParameterPlan(parameter=one, values=SchemaValues(_sent_schema(one), alphabet=_alphabet(one)))
            for one in operation.parameters
            if not (one.location == "header" and one.name.lower() in _OF_THE_SERVER)
        )
        bodies = [_body_plan(body) for body in operation.bodies]
        self.bodies = tuple([one for one in bodies if one.writable] or bodies)

    def parameter(self, location: str, name: str) -> ParameterPlan | None:
        """The plan of one parameter."""
        for plan in self.parameters:
            if plan.parameter.location == location and plan.parameter.name == name:
                return plan
        return None


_PLANS: weakref.WeakKeyDictionary[Operation, OperationPlan] = weakref.WeakKeyDictionary()


def plan_of(operation: Operation) -> OperationPlan:
    """The plan of an operation, made once."""
    plan = _PLANS.get(operation)
    if plan is None:
        plan = _PLANS[operation] = OperationPlan(operation)
    return plan


def without_null(schema: Any) -> Any:
    """Take null out of a schema whose values are written as text, where there is no null."""
    if not is_object(schema):
        return schema
    told = dict(schema)
    if is_array(told.get("type")):
        told["type"] = [name for name in told["type"] if name != "null"] or "null"
    for keyword in ("anyOf", "oneOf"):
        if keyword in told:
            branches = [without_null(branch) for branch in told[keyword] if branch != {"type": "null"}]
            told[keyword] = branches or told[keyword]
    if is_array(told.get("enum")):
        told["enum"] = [value for value in told["enum"] if value is not None] or told["enum"]
    for keyword in ("items", "additionalProperties"):
        if keyword in told:
            told[keyword] = without_null(told[keyword])
    for keyword in ("properties", "$defs"):
        if is_object(told.get(keyword)):
            told[keyword] = {name: without_null(one) for name, one in told[keyword].items()}
    return told


def _sent_schema(parameter: Parameter) -> Schema:
    """The schema of what can be sent for a parameter: no null, and no required array without items."""
    if parameter.content_type is not None:
        return parameter.schema
    schema: Schema = without_null(parameter.schema)
    if schema.get("type") == "array" and "minItems" not in schema:
        return {**schema, "minItems": 1}
    return schema if schema.keys() - {"title", "description", "$defs", "default"} else {**schema, "type": "string"}


def _alphabet(parameter: Parameter) -> Alphabet:
    """Where the text of a parameter goes; with delimiters in between it has to be plain."""
    known = _ALPHABETS.get(parameter.location, "any")
    delimited = parameter.location == "query" and (
        not parameter.explode or parameter.style not in {"form", "deepObject"}
    )
    return "cookie" if delimited and parameter.content_type is None else known


def _body_plan(body: Body) -> BodyPlan:
    """Plan one media type."""
    text = is_form(body.media_type) or is_multipart(body.media_type)
    schema = body.schema
    if not schema and body.item_schema is not None:
        definitions = body.item_schema.get("$defs", {})
        schema = {
            "type": "array",
            "items": {key: one for key, one in body.item_schema.items() if key != "$defs"},
            "$defs": definitions,
        }
    json_like = is_json(body.media_type)
    if not schema and not json_like:
        schema = {"type": "object", "additionalProperties": {"type": "string"}} if text else {"type": "string"}
    return BodyPlan(
        body=body,
        values=SchemaValues(without_null(schema) if text else schema, alphabet="form" if text else "any"),
        text=text,
        writable=json_like or text or essence(body.media_type).startswith(_TEXT),
    )
