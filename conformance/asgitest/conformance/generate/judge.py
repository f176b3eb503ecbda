"""Whether a case is as documented, surely not, or cannot be told.

Surely not means: what the app parses out of the bytes breaks the schema, and still does after the app coerced it as
generously as frameworks do.

Depends on: plans, leniency, serialisation.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.generate.leniency import may_accept
from asgitest.conformance.generate.plan import plan_of
from asgitest.conformance.generate.scalars import is_binary
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT
from asgitest.conformance.serialise import is_json, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.case import Case
    from asgitest.conformance.generate.plan import BodyPlan, ParameterPlan
    from asgitest.conformance.generate.schema_values import SchemaValues

__all__ = ["accepted_as_text", "judged"]

# What a path segment cannot hold without leading to another route.
_OTHER_ROUTE = ("", ".", "..")
_DEEPEST = 250


def accepted_as_text(values: SchemaValues, value: Any) -> bool:
    """Whether a value is valid once it was written as text and read back."""
    if values.accepts(value):
        return True
    definitions = cast("Mapping[str, Any]", values.schema.get("$defs", {}))
    return isinstance(value, str) and may_accept(values.schema, value, definitions, text=True)


def judged(case: Case) -> Case:
    """Return the case with ``valid`` and ``violated`` set from what it sends; what is too deep cannot be told."""
    try:
        verdict, violated = _verdict(case)
    except (RecursionError, ValueError):
        verdict, violated = None, ""
    return case.judged(valid=verdict, violated=violated)


def _verdict(case: Case) -> tuple[bool | None, str]:
    """True, or None, or False with what is violated; a part that is surely wrong outweighs all others."""
    plan = plan_of(case.operation)
    verdicts: list[tuple[bool | None, str]] = []
    for one in plan.parameters:
        sent = case.part(one.parameter.location).get(one.parameter.name, ABSENT)
        verdicts.append((_of_parameter(one, sent), f"{one.parameter.location} parameter {one.parameter.name!r}"))
    verdicts.append((_of_body(case, plan.bodies), "body"))
    for verdict, part in verdicts:
        if verdict is False:
            return False, f"{part} breaks its schema" if case.description == "" else f"{part}: {case.description}"
    if any(verdict is None for verdict, _ in verdicts):
        return None, ""
    return True, ""


def _of_parameter(plan: ParameterPlan, value: Any) -> bool | None:  # noqa: PLR0911  each reason returns
    """Judge one parameter."""
    parameter, values = plan.parameter, plan.values
    if value is ABSENT:
        return not parameter.required
    if parameter.location == "path" and (_leaves_route(scalar_text(value)) or _is_any_path(parameter.schema)):
        return None
    if parameter.location in {"header", "cookie"} and not _fits_header(scalar_text(value)):
        return None
    if parameter.location == "querystring" or parameter.content_type is not None:
        return True if values.accepts(value) else None
    if values.accepts(value) and not isinstance(value, bool):
        return True
    read = _read_back(value)
    if read is ABSENT:
        return False if parameter.required else None
    definitions = cast("Mapping[str, Any]", values.schema.get("$defs", {}))
    if not any(may_accept(parameter.schema, one, definitions, text=True) for one in (read, *_joined(read))):
        return False
    return True if values.accepts(value) else None


def _joined(read: Any) -> list[str]:
    """What a parameter that is no array may get for one: its items joined, or the first or the last of them."""
    if not isinstance(read, list) or not read:
        return []
    items = cast("list[str]", read)
    return [",".join(items), items[0], items[-1]]


def _leaves_route(text: str) -> bool:
    """Whether the router may see another path."""
    return text in _OTHER_ROUTE or "/" in text or "\\" in text or text != text.strip()


def _is_any_path(schema: Mapping[str, Any]) -> bool:
    """Whether a path parameter is what Litestar documents for the rest of a path, which is no URI."""
    return schema.get("type") == "string" and schema.get("format") == "uri"


def _fits_header(text: str) -> bool:
    """Whether text arrives in a header as it was sent."""
    plain = text.isascii() and text.isprintable() and text == text.strip()
    return plain and text != "" and not set(text) & {";", ",", '"'}


def _read_back(value: Any) -> Any:
    """What the app gets for a value that was written as text; ABSENT when nothing is left of it."""
    if is_array(value):
        return [scalar_text(item) for item in value] or ABSENT
    if is_object(value):
        return {name: scalar_text(item) for name, item in value.items()} or ABSENT
    return scalar_text(value)


def _of_body(case: Case, plans: tuple[BodyPlan, ...]) -> bool | None:
    """Judge the body."""
    if not plans:
        return True if case.body is ABSENT and case.raw_body is None else None
    plan = next((one for one in plans if one.body.media_type == case.media_type), None)
    if case.body is ABSENT and not case.raw_body:
        return not any(one.body.required for one in plans)
    if plan is None or not plan.writable:
        return None
    _refuse_depth(case.body)
    if case.raw_body is not None:
        return _of_raw(case.raw_body, plan)
    return _of_value(case.body, plan)


def _of_raw(content: bytes, plan: BodyPlan) -> bool | None:
    """Judge bytes: JSON that cannot be parsed is wrong, what can be is judged as a value."""
    if not is_json(plan.body.media_type):
        return None
    try:
        parsed = json.loads(content)
    except RecursionError:
        return None
    except ValueError:
        return False
    _refuse_depth(parsed)
    # NaN and duplicate names are read differently by each parser.
    return True if plan.values.accepts(parsed) and _same_bytes(parsed, content) else None


def _refuse_depth(value: Any, left: int = _DEEPEST) -> None:
    """Raise RecursionError for a value that is nested so deep that an app may well fail to read it."""
    if not left:
        raise RecursionError
    for item in value.values() if is_object(value) else value if is_array(value) else ():
        if isinstance(item, dict | list):
            _refuse_depth(item, left - 1)


def _same_bytes(parsed: Any, content: bytes) -> bool:
    """Whether writing a value again gives the same text, whitespace aside."""
    written = json.dumps(parsed, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"".join(written.split()) == b"".join(content.split())


def _of_value(value: Any, plan: BodyPlan) -> bool | None:
    """Judge the value of a body."""
    valid = plan.values.accepts(value)
    if plan.text and _file_as_text(value, plan):
        return None
    if not plan.text:
        if valid:
            return True
        definitions = cast("Mapping[str, Any]", plan.body.schema.get("$defs", {}))
        return (
            None if may_accept(plan.body.schema, value, definitions, text=not is_json(plan.body.media_type)) else False
        )
    if not is_object(value):
        return None
    definitions = cast("Mapping[str, Any]", plan.body.schema.get("$defs", {}))
    if not any(may_accept(plan.body.schema, read, definitions, text=True) for read in _forms_of(value)):
        return False
    # Frameworks take an empty field of a form for one that is not there.
    return True if valid and "" not in value.values() else None


def _file_as_text(value: Any, plan: BodyPlan) -> bool:
    """Whether a form has a field where the schema wants a file."""
    properties = plan.values.flatten(plan.values.schema).get("properties", {})
    return is_object(value) and any(
        is_binary(plan.values.flatten(properties[name])) and not isinstance(item, bytes)
        for name, item in value.items()
        if name in properties
    )


def _forms_of(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an app may read out of a form: objects in it as their members, and as JSON text."""
    for whole in (False, True) if any(is_object(item) for item in value.values()) else (False,):
        read: dict[str, Any] = {}
        for name, item in value.items():
            as_text = isinstance(item, bytes) or (whole and is_object(item))
            back = (item if isinstance(item, bytes) else scalar_text(item)) if as_text else _read_back(item)
            if back is not ABSENT:
                read[name] = back
        yield read
