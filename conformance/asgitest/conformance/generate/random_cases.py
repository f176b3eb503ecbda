"""T2: random cases without end, most of them valid, some changed in one or two places.

Depends on: valid cases, variations, the judge.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.generate.judge import judged
from asgitest.conformance.generate.plan import plan_of
from asgitest.conformance.generate.valid import generate_valid
from asgitest.conformance.generate.variations import places_in, replaced, variations
from asgitest.conformance.operation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from asgitest.conformance.case import Case
    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.generate.variations import Place
    from asgitest.conformance.operation import Operation

__all__ = ["mutated_case", "random_cases"]

_VALID = 0.7
_PIECES = ["\x00", "é", "'", "%", "\n", "a", "0", "-", "\U0001f600"]


def random_cases(operation: Operation, rng: Random, dictionary: Dictionary, *, seed: str = "") -> Iterator[Case]:
    """Yield cases without end.

    Args:
        operation: What they are sent to.
        rng: The only source of chance.
        dictionary: Values worth trying; may grow meanwhile.
        seed: Noted in the cases, with the number of the case.
    """
    number = 0
    while True:
        number += 1
        case = generate_valid(operation, rng, dictionary, seed=f"{seed}/{number}" if seed else "")
        yield case if rng.random() < _VALID else mutated_case(case, rng, dictionary)


def mutated_case(case: Case, rng: Random, dictionary: Dictionary) -> Case:
    """Change one place of a case, sometimes two, and judge it again."""
    for _ in range(1 if rng.random() < 0.8 else 2):  # noqa: PLR2004  one in five is changed twice
        case = _changed(case, rng, dictionary)
    return judged(case)


def _changed(case: Case, rng: Random, dictionary: Dictionary) -> Case:
    """Change one place of a case."""
    plan = plan_of(case.operation)
    parameters = [one for one in plan.parameters if one.parameter.name in case.part(one.parameter.location)]
    body = next((one for one in plan.bodies if one.body.media_type == case.media_type), None)
    has_body = body is not None and case.body is not ABSENT
    if has_body and (not parameters or rng.random() < 0.7):  # noqa: PLR2004  bodies have more places
        values = cast("Any", body).values
        place = rng.choice(list(places_in(values, values.schema, case.body)))
        phrase, new = _variation(place, rng, dictionary)
        where = f"body.{place.name}" if place.path else "body"
        return replace(case, body=replaced(case.body, place.path, new), description=f"{where!r} is {phrase}")
    if not parameters:
        return case
    one = rng.choice(parameters)
    name, location = one.parameter.name, one.parameter.location
    held = case.part(location)
    place = rng.choice(list(places_in(one.values, one.values.schema, held[name])))
    phrase, new = _variation(place, rng, dictionary)
    changed = {**held, name: replaced(held[name], place.path, new)}
    return case.with_part(location, changed, description=f"{name!r} is {phrase}")


def _variation(place: Place, rng: Random, dictionary: Dictionary) -> tuple[str, Any]:
    """Choose a variation, a value somebody named, or a small change of what is there."""
    kind = rng.random()
    if kind < 0.15 and (dictionary.strings or dictionary.integers):  # noqa: PLR2004  about one in seven was named
        return "a value from the app's source", rng.choice(dictionary.strings or dictionary.integers)
    if kind < 0.4 and isinstance(place.value, str):  # noqa: PLR2004  one in four is edited
        return "edited text", _edited(place.value, rng, dictionary)
    if kind < 0.4 and isinstance(place.value, int) and not isinstance(place.value, bool):  # noqa: PLR2004  likewise
        return "a number nearby", place.value + rng.choice((-10, -1, 1, 10, place.value, -2 * place.value))
    return rng.choice(list(variations(place.schema, place.value)))


def _edited(text: str, rng: Random, dictionary: Dictionary) -> str:
    """Insert, remove, double or replace a part of a text."""
    place = rng.randint(0, len(text))
    pieces = dictionary.strings if dictionary.strings and rng.getrandbits(1) else _PIECES
    piece = rng.choice(pieces)
    match rng.randrange(4):
        case 0:
            return text[:place] + piece + text[place:]
        case 1:
            return text[:place] + text[place + 1 :]
        case 2:
            return text + text
        case _:
            return text[:place] + piece + text[place + 1 :]
