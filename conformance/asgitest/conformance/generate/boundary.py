"""T1: one thing at a time is changed in a valid case, to each edge and across it.

The number of cases grows with the number of parameters and properties, not with their product.

Depends on: variations, valid cases, the judge.
"""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from asgitest.conformance.generate.dictionary import EMPTY
from asgitest.conformance.generate.extremes import extreme_cases
from asgitest.conformance.generate.judge import judged
from asgitest.conformance.generate.plan import plan_of
from asgitest.conformance.generate.valid import generate_valid
from asgitest.conformance.generate.variations import places_in, replaced, variations
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import ABSENT
from asgitest.conformance.serialise import is_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.generate.plan import ParameterPlan
    from asgitest.conformance.generate.variations import Place
    from asgitest.conformance.operation import Operation

__all__ = ["UNREADABLE_BODIES", "boundary_cases", "fullest_case"]

_DRAWS = 16
UNREADABLE_BODIES: tuple[tuple[str, bytes], ...] = (
    ("JSON that ends too early", b'{"a": '),
    ("bytes that are no UTF-8", b'{"a": "\xff\xfe"}'),
    ("two JSON values", b"{}{}"),
    ("JSON with a comment", b"// a\n{}"),
    ("no JSON", b"asgitest"),
    ("NaN", b"NaN"),
    ("deeply nested JSON", b"[" * 2000 + b"]" * 2000),
    ("white space", b" \n"),
)

_NESTED: tuple[tuple[str, bytes], ...] = tuple(
    (f"{kind} within each other, {depth} deep", start * depth + b"1" + end * depth)
    for depth in (300, 600, 900)
    for kind, start, end in (("arrays", b"[", b"]"), ("objects", b'{"a":', b"}"))
)


def boundary_cases(operation: Operation, dictionary: Dictionary = EMPTY) -> Iterator[Case]:
    """Yield the cases of an operation, always the same in the same order.

    Args:
        operation: What they are sent to.
        dictionary: Values named after a parameter are used for those that are not varied.
    """
    base = fullest_case(operation, Random(f"T1 {operation.label}"), dictionary)  # noqa: S311  not for secrets
    seen: set[tuple[Any, ...]] = set()
    for case in _all_cases(base):
        try:
            method, path, query, headers, body = case.wire()
        except (UnicodeError, ValueError, RecursionError):
            continue
        identity = (method, path, query, tuple(headers), body)
        if identity not in seen:
            seen.add(identity)
            yield judged(case) if case.description != "valid" else case


def fullest_case(operation: Operation, rng: Random, dictionary: Dictionary) -> Case:
    """Draw several valid cases and keep the one that says most."""
    drawn = [generate_valid(operation, rng, dictionary, generator="T1") for _ in range(_DRAWS)]
    return max(
        drawn,
        key=lambda case: (
            case.valid is True,
            len(case.query) + len(case.headers) + len(case.cookies),
            _size(case.body),
        ),
    )


def _size(value: Any) -> int:
    """How many places a value has, up to a point."""
    if is_object(value):
        return 1 + sum(_size(one) for one in value.values())
    if is_array(value):
        return 1 + sum(_size(one) for one in value[:3])
    return 0 if value is ABSENT else 1


def _all_cases(base: Case) -> Iterator[Case]:
    """The base, and everything that differs from it in one thing: one case for each place, then the next for each."""
    yield base
    yield from _required_only(base)
    yield from extreme_cases(base)
    yield from _in_turn([*_parameter_cases(base), _equal_cases(base), *_body_cases(base), _raw_cases(base)])


def _in_turn(sources: list[Iterator[Case]]) -> Iterator[Case]:
    """Take one from each source that still has one, over and over."""
    while sources:
        left: list[Iterator[Case]] = []
        for source in sources:
            case = next(source, None)
            if case is not None:
                yield case
                left.append(source)
        sources = left


def _required_only(base: Case) -> Iterator[Case]:
    """Nothing that is optional."""
    case = base
    for location in ("query", "header", "cookie"):
        kept = {
            name: value
            for name, value in base.part(location).items()
            if (one := base.operation.parameter(location, name)) is not None and one.required
        }
        case = case.with_part(location, kept, description="only required parameters")
    yield case


def _parameter_cases(base: Case) -> Iterator[Iterator[Case]]:
    """Each parameter left out and at each edge; a source for each place."""
    for plan in plan_of(base.operation).parameters:
        parameter = plan.parameter
        name, location = parameter.name, parameter.location
        held = base.part(location)
        value = held.get(name, ABSENT)
        if value is ABSENT:
            value = plan.values.draw(Random(name), EMPTY) if plan.values.satisfiable else "a"  # noqa: S311  not for secrets
        if location != "path":
            rest = {key: one for key, one in held.items() if key != name}
            yield iter([base.with_part(location, rest, description=f"{name!r} is left out")])
        for place in places_in(plan.values, plan.values.schema, value):
            yield _parameter_at(base, plan, value, place=place)


def _parameter_at(base: Case, plan: ParameterPlan, value: Any, *, place: Place) -> Iterator[Case]:
    """One place of a parameter at each edge."""
    name, location = plan.parameter.name, plan.parameter.location
    for phrase, new in variations(place.schema, place.value):
        changed = {**base.part(location), name: replaced(value, place.path, new)}
        yield base.with_part(location, changed, description=f"{_named(name, place.name)} is {phrase}")


def _body_cases(base: Case) -> Iterator[Iterator[Case]]:
    """Each place in the body at each edge, for each media type; a source for each place."""
    for plan in plan_of(base.operation).bodies:
        value = base.body if base.media_type == plan.body.media_type else ABSENT
        if value is ABSENT:
            value = plan.values.draw(Random(plan.body.media_type), EMPTY) if plan.values.satisfiable else None  # noqa: S311  not for secrets
        whole = replace(base, body=value, media_type=plan.body.media_type)
        yield iter([replace(whole, description=f"a body of {plan.body.media_type}")])
        for place in places_in(plan.values, plan.values.schema, value):
            yield _body_at(whole, place)


def _body_at(whole: Case, place: Place) -> Iterator[Case]:
    """One place of a body at each edge."""
    for phrase, new in variations(place.schema, place.value):
        changed = replaced(whole.body, place.path, new)
        yield replace(whole, body=changed, description=f"{_named('body', place.name)} is {phrase}")


def _raw_cases(base: Case) -> Iterator[Case]:
    """Bodies that are no value, and no body at all."""
    bodies = plan_of(base.operation).bodies
    if not bodies:
        return
    yield replace(base, body=ABSENT, media_type=None, description="the body is left out")
    yield replace(
        base, body=ABSENT, raw_body=b"", media_type=bodies[0].body.media_type, description="the body is empty"
    )
    if base.body is not ABSENT and base.media_type is not None and is_json(base.media_type):
        content = base.wire().body
        yield replace(base, raw_body=content, media_type="text/plain", description="the body is said to be text")
        yield replace(base, raw_body=content, media_type=None, description="the body is said to be nothing")
        doubled = _twice(content)
        if doubled is not None:
            yield replace(base, body=ABSENT, raw_body=doubled, description="the body has a name twice")
        for phrase, raw in _NESTED:
            yield replace(base, body=ABSENT, raw_body=raw, description=f"the body is {phrase}")
        for phrase, raw in UNREADABLE_BODIES:
            yield replace(base, body=ABSENT, raw_body=raw, description=f"the body is {phrase}")


def _twice(content: bytes) -> bytes | None:
    """A JSON object with its first member twice; None for anything else."""
    parsed = json.loads(content)
    if not is_object(parsed) or not parsed:
        return None
    name, value = next(iter(parsed.items()))
    first = json.dumps({name: value}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return first[:-1] + b"," + content.lstrip()[1:]


def _equal_cases(base: Case) -> Iterator[Case]:
    """Several parameters of one kind with one value: an interval that ends where it begins, a transfer to oneself."""
    groups: dict[tuple[Any, ...], list[ParameterPlan]] = {}
    for plan in plan_of(base.operation).parameters:
        schema = plan.values.schema
        kind = (schema.get("type"), schema.get("format"), str(schema.get("anyOf", "")))
        if isinstance(kind[0], str) or kind[2]:
            groups.setdefault(kind, []).append(plan)
    for plans in groups.values():
        given = [base.part(one.parameter.location).get(one.parameter.name, ABSENT) for one in plans]
        value = next((one for one in given if one is not ABSENT), ABSENT)
        if len(plans) < 2 or value is ABSENT:  # noqa: PLR2004  one alone is equal to nothing
            continue
        case = base
        for one in plans:
            location = one.parameter.location
            changed = {**case.part(location), one.parameter.name: value}
            case = case.with_part(location, changed, description="several parameters are equal")
        yield case


def _named(name: str, inner: str) -> str:
    """A place for a phrase."""
    return repr(f"{name}.{inner}" if inner else name)
