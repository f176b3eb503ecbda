"""Cases that are as documented.

Depends on: plans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.conformance.case import Case
from asgitest.conformance.generate.judge import accepted_as_text
from asgitest.conformance.generate.plan import plan_of
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from random import Random

    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.generate.plan import OperationPlan, ParameterPlan
    from asgitest.conformance.operation import Operation

__all__ = ["generate_valid"]

_NAMED = 0.75


def generate_valid(
    operation: Operation, rng: Random, dictionary: Dictionary, *, generator: str = "T2", seed: str = ""
) -> Case:
    """Make a case that is as documented.

    Args:
        operation: What it is sent to.
        rng: The only source of chance.
        dictionary: Values worth trying; those named after a parameter are preferred.
        generator: Noted in the case.
        seed: Likewise.

    Returns:
        A case whose ``valid`` is None when no valid value was found for a part of it.
    """
    plan = plan_of(operation)
    parts: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}, "querystring": {}}
    certain = True
    share = rng.choice((0.0, 0.5, 1.0))
    for one in plan.parameters:
        parameter = one.parameter
        if parameter.required or rng.random() < share:
            value, sure = _parameter_value(one, rng, dictionary)
            certain = certain and sure
            if value is not ABSENT:
                parts[parameter.location][parameter.name] = value
    body, media_type, sure = _body_value(plan, rng, dictionary, always=generator == "T1")
    return Case(
        operation=operation,
        path_parameters=parts["path"],
        query=parts["query"] | parts["querystring"],
        headers=parts["header"],
        cookies=parts["cookie"],
        body=body,
        media_type=media_type,
        generator=generator,
        description="valid",
        valid=True if certain and sure else None,
        seed=seed,
    )


def _parameter_value(plan: ParameterPlan, rng: Random, dictionary: Dictionary) -> tuple[Any, bool]:
    """Draw the value of a parameter, and say whether it is certainly valid; ABSENT when an optional one has none."""
    parameter, values = plan.parameter, plan.values
    named = dictionary.by_name.get(parameter.name)
    if named and rng.random() < _NAMED:
        value = rng.choice(named)
        if accepted_as_text(values, value):
            return value, True
    if not values.satisfiable:
        return ("a", False) if parameter.required else (ABSENT, True)
    value = values.draw(rng, dictionary)
    if parameter.location == "path":
        value, sure = _in_path(value, parameter.style)
        return value, sure and (values.exact or values.accepts(value))
    return value, values.exact or values.accepts(value)


def _in_path(value: Any, style: str) -> tuple[Any, bool]:
    """Keep a path parameter in its segment."""
    if isinstance(value, str) and style == "simple":
        if value in {"", ".", ".."}:
            return "a", False
        if "/" in value:
            return value.replace("/", "_"), False
    return value, True


def _body_value(
    plan: OperationPlan, rng: Random, dictionary: Dictionary, *, always: bool
) -> tuple[Any, str | None, bool]:
    """Draw a body, its media type, and whether it is certainly valid."""
    if not plan.bodies:
        return ABSENT, None, True
    chosen = rng.choice(plan.bodies)
    if not chosen.body.required and rng.random() < 0.2:  # noqa: PLR2004  one in five goes without
        return ABSENT, None, True
    if not chosen.values.satisfiable:
        return None, chosen.body.media_type, False
    value = chosen.values.draw(rng, dictionary)
    if dictionary.by_property and (always or rng.random() < _NAMED):
        value = _referring(value, rng, dictionary)
    sure = chosen.values.exact or chosen.values.accepts(value)
    return value, chosen.body.media_type, sure and chosen.writable


def _referring(value: Any, rng: Random, dictionary: Dictionary) -> Any:
    """Let the properties of a body refer to what there is."""
    if is_array(value):
        return [_referring(item, rng, dictionary) for item in value]
    if not is_object(value):
        return value
    known = dictionary.by_property
    return {
        name: rng.choice(known[name]) if known.get(name) else _referring(inner, rng, dictionary)
        for name, inner in value.items()
    }
