"""From changes to findings."""

from __future__ import annotations

from asgitest.conformance.drift import Change
from asgitest.conformance.drift.reporting import finding_of_change
from asgitest.conformance.operation import Handler
from asgitest.conformance.options import RunOptions
from asgitest.conformance.selection import Selection

CHANGE = Change(
    check="drift.request-enum-value-removed", operation="GET /a", where="query q ", before="x", after='["y"]'
)


def selection(**options: object) -> Selection:
    return Selection(options=RunOptions(target=None, **options))  # type: ignore[arg-type] # what the tests give


def test_a_change_is_a_finding_at_the_handler_with_both_sides() -> None:
    one = finding_of_change(CHANGE, selection(), handler=Handler(file="main.py", line=3, qualname="a"))

    assert one is not None
    assert (one.check, one.severity, one.origin) == ("drift.request-enum-value-removed", "error", "schema")
    assert one.title == "A value of an enum is not accepted any more: query q"
    assert (one.expected, one.actual) == ("as before: x", '["y"]')
    assert one.location is not None
    assert one.location.line == 3


def test_the_configuration_decides_about_severity_and_selection() -> None:
    softer = finding_of_change(CHANGE, selection(severity={"drift": "warning"}))

    assert softer is not None
    assert softer.severity == "warning"
    assert finding_of_change(CHANGE, selection(ignore=("drift.request",))) is None
