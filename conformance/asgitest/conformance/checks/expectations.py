"""Family ``openapi``, the request: was what is valid accepted, and what is not refused.

A case is called invalid only when its bytes are invalid for the app's own way of reading them too; the generators see
to that. Whatever cannot be told is no test.

Source: OpenAPI 3.1, Parameter Object, Schema Object. Depends on: operations, the records.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.generate.boundary import UNREADABLE_BODIES
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange

__all__ = ["Expectation", "check_expectation"]

_INDEX = re.compile(r"\.\d+")
_QUOTED = re.compile(r"'([^']+)'")
_BAD_REQUEST = 400
_REFUSED = frozenset({400, 422})
_SUCCESS = range(200, 300)
_TRAITS = {
    "pydantic.decimal-text": ("decimal_",),
    "pydantic.date-edge": ("date_from_", "datetime_", "date_parsing", "time_parsing", "time_delta_"),
}
"""What pydantic's errors begin with."""
_UNREADABLE = frozenset(f"body: the body is {phrase}" for phrase, _ in UNREADABLE_BODIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is known about a case before it is sent. Can be pickled.

    Args:
        valid: Whether it is as documented; None when that cannot be told.
        violated: What makes it invalid, a phrase.
        generator: What made it (``T0`` is documented examples).
        quirk: Trait of the framework by which it may be accepted all the same.
    """

    valid: bool | None = None
    violated: str = ""
    generator: str = ""
    quirk: str | None = None


def check_expectation(operation: Operation, exchange: Exchange, expectation: Expectation) -> Iterator[Violation]:
    """Compare how a case was answered with how it had to be."""
    if not operation.documented or exchange.response is None:
        return
    if expectation.valid is False:
        yield from _check_invalid(exchange, expectation)
    elif expectation.valid:
        yield from _check_valid(operation, exchange, expectation)


def _check_invalid(exchange: Exchange, expectation: Expectation) -> Iterator[Violation]:
    if exchange.status not in _SUCCESS:
        return
    if expectation.violated in _UNREADABLE:
        yield Violation(
            check="http.malformed-body-handling",
            message=f"B{expectation.violated[1:]}, and the answer was {exchange.status}.",
            cause=("unreadable",),
            expected="400, 415 or 422.",
            actual=str(exchange.status),
            assertion="assert response.status_code >= 400",
        )
        return
    missing_header = "header" in expectation.violated and (
        "missing" in expectation.violated or "left out" in expectation.violated
    )
    yield Violation(
        check="openapi.required-header-not-required" if missing_header else "openapi.negative-accepted",
        message=f"{expectation.violated[:1].upper()}{expectation.violated[1:]}, and the answer was {exchange.status}.",
        cause=(_place(expectation.violated),),
        expected="A 4xx.",
        actual=str(exchange.status),
        quirk=expectation.quirk,
        assertion="assert response.status_code >= 400",
    )


def _place(violated: str) -> str:
    """Name the parameter or the property that was invalid, without what was done to it."""
    part, _, detail = violated.partition(":")
    quoted = _QUOTED.search(detail)
    return f"{part} {_INDEX.sub('.*', quoted[1])}" if quoted else part


def _check_valid(operation: Operation, exchange: Exchange, expectation: Expectation) -> Iterator[Violation]:
    example = expectation.generator == "T0"
    announced = not example and exchange.status == _BAD_REQUEST and str(_BAD_REQUEST) in operation.responses
    if exchange.status not in _REFUSED or announced or exchange.routed is False:
        return
    answer = exchange.response.body[:300].decode("utf-8", "replace") if exchange.response is not None else ""
    body = exchange.response.body if exchange.response is not None else b""
    yield Violation(
        check="openapi.example-fails" if example else "openapi.positive-rejected",
        message=f"A request as documented was refused with {exchange.status}: {answer}",
        cause=(str(exchange.status),),
        expected="Success, or a documented refusal other than 400 and 422.",
        actual=f"{exchange.status} {answer}",
        quirk=_trait(body),
        assertion=f"assert response.status_code != {exchange.status}",
    )


def _trait(body: bytes) -> str | None:
    """Tell which trait it is when pydantic refused nothing but text its schema says less about than it knows."""
    try:
        parsed: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    errors: Any = parsed.get("detail") if is_object(parsed) else None
    if not is_array(errors) or not errors or not all(is_object(one) for one in errors):
        return None
    kinds = [str(one.get("type", "")) for one in errors]
    for trait, beginnings in _TRAITS.items():
        if all(kind.startswith(beginnings) for kind in kinds):
            return trait
    return None
