"""From what Schemathesis tells to findings of ours."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis.failure_codes import FAILURE_CLASSES

from asgitest.conformance.bridge.mapping import Mapper
from asgitest.conformance.catalogue import CHECKS, check_of_schemathesis
from asgitest.conformance.operation import Handler
from asgitest.conformance.options import RunOptions
from asgitest.conformance.selection import Selection

if TYPE_CHECKING:
    from asgitest.conformance.model import Finding


def recorder(code: str = "ST103", *, status: int = 404, headers: dict[str, list[str]] | None = None) -> Any:
    """What Schemathesis records of one failed check, after a request that led to it."""
    failure = SimpleNamespace(code=code, operation="GET /items/{id}", title="Undocumented", message="Received: 404")
    request = SimpleNamespace(
        method="GET",
        uri="http://testserver/items/3?x=1",
        headers={"User-Agent": ["schemathesis"], "accept": ["*/*"], "X-Key": ["k"]},
        body=None,
    )
    response = SimpleNamespace(status_code=status, headers=headers or {"content-type": ["text/plain"]}, content=b"no")
    made = SimpleNamespace(method="POST", uri="http://testserver/items", headers={}, body=b"{}")
    return SimpleNamespace(
        label="GET /items/{id}",
        checks={
            "b": [SimpleNamespace(failure_info=SimpleNamespace(failure=failure)), SimpleNamespace(failure_info=None)]
        },
        cases={"b": SimpleNamespace(parent_id="a"), "a": SimpleNamespace(parent_id=None)},
        interactions={
            "a": SimpleNamespace(request=made, response=None),
            "b": SimpleNamespace(request=request, response=response),
        },
    )


def mapped(given: Any, **fields: Any) -> list[Finding]:
    options = RunOptions(target="main:app", ignore=fields.pop("ignore", ()))
    mapper = Mapper(options=options, selection=Selection(options=options), roots=(), target="main:app", **fields)
    return list(mapper.findings(given))


@pytest.mark.parametrize("code", [each.code for each in FAILURE_CLASSES])
def test_every_failure_of_schemathesis_has_a_check_of_ours(code: str) -> None:
    check = check_of_schemathesis(code)

    assert check is not None
    assert check.id in CHECKS


def test_a_failure_becomes_a_finding_with_its_code_its_place_and_all_requests_that_led_to_it() -> None:
    handlers = {"GET /items/{id}": Handler(file="main.py", line=7, qualname="read")}

    (one,) = mapped(recorder(), handlers=handlers)

    assert (one.check, one.operation, one.schemathesis) == ("openapi.status-undocumented", "GET /items/{id}", "ST103")
    assert one.location is not None
    assert one.location.line == 7
    assert one.reproduction is not None
    assert one.reproduction.python.splitlines()[3:] == [
        "with TestClient(app) as client:",
        "    response = client.request('POST', '/items', content=b'{}', follow_redirects=False)",
        "    response = client.request('GET', '/items/3?x=1', headers={'x-key': 'k'}, follow_redirects=False)",
        "assert response.status_code != 404",
    ]


def test_the_500_of_an_exception_is_the_exception() -> None:
    """One bug behind five checks and ten cases is one finding, as in our own runs."""
    given = recorder("ST101", status=500, headers={"x-asgitest-exception": ["0"]})
    (one,) = mapped(given, exceptions=[KeyError("isbn")])

    assert one.check == "http.unhandled-exception"
    assert one.exception is not None
    assert one.exception.type == "KeyError"
    assert one.evidence[0].response is not None
    assert one.evidence[0].response.headers == ()


def test_an_unknown_code_keeps_its_own_title() -> None:
    (one,) = mapped(recorder("ST999"))

    assert (one.check, one.title, one.schemathesis) == ("schemathesis.other", "Undocumented", "ST999")


def test_operations_of_a_mounted_app_stand_under_its_path() -> None:
    (one,) = mapped(recorder(), prefix="/partners")

    assert one.operation == "GET /partners/items/{id}"


def test_ignored_checks_are_left_out() -> None:
    assert mapped(recorder(), ignore=("openapi",)) == []
