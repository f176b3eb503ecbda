"""T1, everything at once: all values at their least, at their greatest, zero, equal, or null.

What divides by a difference, or takes nothing for something, needs several values at an edge together.

Depends on: variations, plans, the judge.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.generate.judge import judged
from asgitest.conformance.generate.merging import kinds_of
from asgitest.conformance.generate.plan import plan_of
from asgitest.conformance.generate.variations import places_in, replaced
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.generate.schema_values import SchemaValues
    from asgitest.conformance.generate.variations import Place
    from asgitest.conformance.operation import Schema

    Choose = Callable[[Place], Any]

__all__ = ["extreme_cases"]

_LONG = 2000


def extreme_cases(base: Case) -> Iterator[Case]:
    """Yield the variants of a case in which all values are extreme; those that differ from it.

    Args:
        base: A valid case.
    """
    for phrase, choose in (
        ("everything is at its least", _least),
        ("everything is at its greatest", _greatest),
        ("every number is zero", _zero),
        ("every value that may be null is null", _null),
    ):
        yield judged(replace(_changed(base, choose), description=phrase))
    yield judged(replace(_equal(base), description="all values of a type are equal"))


def _changed(base: Case, choose: Choose) -> Case:
    """Choose each value of a case anew; the path stays."""
    case = base
    for plan in plan_of(base.operation).parameters:
        location, name = plan.parameter.location, plan.parameter.name
        held = case.part(location)
        if location != "path" and name in held:
            value = _everywhere(plan.values, held[name], choose)
            case = case.with_part(location, {**held, name: value}, description="")
    if base.body is ABSENT or base.raw_body is not None:
        return case
    body = next((one for one in plan_of(base.operation).bodies if one.body.media_type == base.media_type), None)
    return replace(case, body=_everywhere(body.values, base.body, choose)) if body is not None else case


def _everywhere(values: SchemaValues, value: Any, choose: Choose) -> Any:
    """Choose each place of a value anew, what is inside before what holds it."""
    for place in reversed(list(places_in(values, values.schema, value))):
        new = choose(place)
        if new is not ABSENT:
            value = replaced(value, place.path, new)
    return value


def _least(place: Place) -> Any:
    schema = place.schema
    if is_array(place.value):
        return ABSENT if schema.get("minItems", 0) else []
    if is_object(place.value) or _is_fixed(schema):
        return ABSENT
    if isinstance(place.value, bool):
        return False
    if isinstance(place.value, int | float):
        return _bound(schema, "minimum", "exclusiveMinimum", default=0, step=1)
    return "a" * schema.get("minLength", 0) if isinstance(place.value, str) else ABSENT


def _greatest(place: Place) -> Any:
    schema = place.schema
    if is_array(place.value) or is_object(place.value) or _is_fixed(schema):
        return ABSENT
    if isinstance(place.value, bool):
        return True
    if isinstance(place.value, int | float):
        return _bound(schema, "maximum", "exclusiveMaximum", default=place.value, step=-1)
    return "z" * min(schema.get("maxLength", 1), _LONG) if isinstance(place.value, str) else ABSENT


def _zero(place: Place) -> Any:
    numeric = isinstance(place.value, int | float) and not isinstance(place.value, bool)
    return 0 if numeric and not _is_fixed(place.schema) else ABSENT


def _null(place: Place) -> Any:
    return None if place.path and "null" in _kinds(place.schema) else ABSENT


def _kinds(schema: Schema) -> set[str]:
    branches = [one for keyword in ("anyOf", "oneOf") for one in schema.get(keyword, ()) if is_object(one)]
    return {*kinds_of(schema), *(kind for branch in branches for kind in kinds_of(branch))}


def _equal(base: Case) -> Case:
    """All numbers of a body are one number that each of them may be, and all texts are one text."""
    if not is_object(base.body):
        return base
    body = next((one for one in plan_of(base.operation).bodies if one.body.media_type == base.media_type), None)
    if body is None:
        return base
    places = list(places_in(body.values, body.values.schema, base.body))
    numbers = [place for place in places if _is_number(place.value) and not _is_fixed(place.schema)]
    number = max((_bound(one.schema, "minimum", "exclusiveMinimum", default=1, step=1) for one in numbers), default=1)

    def choose(place: Place) -> Any:
        return max(number, 1) if _is_number(place.value) and not _is_fixed(place.schema) else ABSENT

    return replace(base, body=_everywhere(body.values, base.body, choose))


def _bound(schema: Schema, inclusive: str, exclusive: str, *, default: float, step: int) -> float:
    """An end of a range."""
    bound = schema.get(inclusive)
    if not isinstance(bound, int | float):
        open_end = schema.get(exclusive)
        bound = open_end + step if isinstance(open_end, int | float) and not isinstance(open_end, bool) else default
    return int(bound) if "integer" in kinds_of(schema) else bound


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_fixed(schema: Schema) -> bool:
    """Whether a value has a form that lengths and bounds do not tell."""
    return not schema.keys().isdisjoint({"enum", "const", "format", "pattern", "multipleOf", "contentEncoding"})
