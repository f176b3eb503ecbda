"""Exceptions, hangs and server errors."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from asgitest.conformance.checks import check_crash, check_hang, root_exception
from asgitest.conformance.records import Request
from tests.conformance.checks.records import documented, exchange, operation, raised


def test_an_exception_that_escapes_is_found_with_the_object() -> None:
    """Reports show its traceback."""
    error = raised(KeyError("a"))

    found = list(check_crash(operation(), exchange(500, exception=error)))

    assert [(one.check, one.exception) for one in found] == [("http.unhandled-exception", error)]


def test_an_exception_behind_a_tidy_answer_is_found_too() -> None:
    """A handler that turns bugs into 500 does not hide them."""
    error = raised(ZeroDivisionError())

    found = list(check_crash(operation(), exchange(500, b"sorry", hidden=(error,))))

    assert [one.check for one in found] == ["http.unhandled-exception"]
    assert "was caught" in found[0].message


@pytest.mark.parametrize(
    ("status", "known", "found"),
    [(500, None, ["openapi.server-error"]), (503, None, ["openapi.server-error"]), (503, "503", []), (500, "500", [1])],
)
def test_a_server_error_is_excused_by_the_document_unless_it_is_500(
    status: int, known: str | None, found: list[object]
) -> None:
    """503 may be part of the contract; 500 never is."""
    subject = operation({known: documented(known)} if known else {"200": documented("200")})

    assert len(list(check_crash(subject, exchange(status)))) == len(found)


@pytest.mark.parametrize(
    ("target", "quirk"),
    [
        (b"/items?x=nan", "pydantic.float-infinity"),
        (b"/items?x=1e999", "pydantic.float-infinity"),
        (b"/x?x=1.7e308", None),
    ],
)
def test_infinity_that_was_sent_is_a_trait_and_infinity_that_was_computed_is_not(
    target: bytes, quirk: str | None
) -> None:
    """A number that JSON cannot hold comes back as an exception of the encoder."""
    with pytest.raises(ValueError, match="not JSON compliant") as caught:
        json.dumps(float("nan"), allow_nan=False)
    seen = replace(exchange(500, exception=caught.value), request=Request(method="GET", target=target))

    assert [(one.check, one.quirk) for one in check_crash(operation(), seen)] == [("http.unhandled-exception", quirk)]


def test_an_exception_alone_in_groups_is_taken_out() -> None:
    """Task groups wrap what one task raised."""
    inner = ValueError("a")

    assert root_exception(ExceptionGroup("g", [ExceptionGroup("h", [inner])])) is inner
    several = ExceptionGroup("g", [inner, KeyError()])
    assert root_exception(several) is several


def test_a_hang_says_whether_the_response_had_begun() -> None:
    """Because the fault is another one."""
    (begun,) = check_hang(exchange(200, hung=True), timeout_seconds=1)
    (silent,) = check_hang(exchange(0, hung=True), timeout_seconds=1)

    assert "had begun" in begun.message
    assert "had not begun" in silent.message
