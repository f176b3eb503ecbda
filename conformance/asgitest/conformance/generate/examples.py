"""T0: the examples a document has.

Depends on: valid cases, the judge.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from asgitest.conformance.generate.dictionary import EMPTY
from asgitest.conformance.generate.judge import judged
from asgitest.conformance.generate.valid import generate_valid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.operation import Operation, Parameter

__all__ = ["example_cases"]


def example_cases(operation: Operation, dictionary: Dictionary = EMPTY) -> Iterator[Case]:
    """Yield a case for each documented example: the first of all parts, the second of all parts, and so on.

    What has no example is drawn. An example that breaks its own schema makes the case neither valid nor surely invalid.

    Args:
        operation: What they are sent to.
        dictionary: As for valid cases.
    """
    bodies = [(body.media_type, example) for body in operation.bodies for example in body.examples]
    rounds = max([len(bodies), *(len(parameter.examples) for parameter in operation.parameters)])
    base = generate_valid(operation, Random(f"T0 {operation.label}"), dictionary, generator="T0")  # noqa: S311  not for secrets
    for turn in range(rounds):
        case = base
        for parameter in operation.parameters:
            if parameter.examples:
                case = _with_example(case, parameter, parameter.examples[min(turn, len(parameter.examples) - 1)])
        if bodies:
            media_type, example = bodies[min(turn, len(bodies) - 1)]
            case = replace(case, body=example, media_type=media_type)
        case = judged(replace(case, description=f"documented example {turn + 1}"))
        yield case if case.valid else replace(case, valid=None)


def _with_example(case: Case, parameter: Parameter, example: Any) -> Case:
    """Put an example into a case."""
    values = {**case.part(parameter.location), parameter.name: example}
    return case.with_part(parameter.location, values, description=case.description)
