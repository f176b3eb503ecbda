"""The fixture ``asgi_conformance``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

APP = """
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/good")
def good(n: int = 0) -> int:
    return n


@app.get("/broken")
def broken() -> int:
    return 1 // 0
"""


def run(pytester: pytest.Pytester, test: str) -> pytest.RunResult:
    pytester.makepyfile(shop_fixture=APP, test_contract=test)
    return pytester.runpytest_inprocess("--asgi-app", "shop_fixture:app")


def test_a_fault_fails_the_test_with_the_report_of_the_command(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_contract(asgi_conformance): asgi_conformance.check(cases=5)")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["ERROR   http.unhandled-exception*", "  GET /broken*", "*shop_fixture.py:13 in broken"]
    )


def test_a_clean_part_passes_and_returns_notes_only(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_contract(asgi_conformance):
            found = asgi_conformance.check(include=["GET /good"], cases=5)

            assert {one.severity for one in found} <= {"info"}
        """,
    )

    result.assert_outcomes(passed=1)


def test_a_setting_that_does_not_exist_fails_with_the_nearest(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_contract(asgi_conformance): asgi_conformance.check(select=['htp'])")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no check 'htp'. Did you mean http?"])


def test_the_app_may_be_given(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from fastapi import FastAPI

        def test_contract(asgi_conformance):
            asgi_conformance.check(FastAPI(), cases=2)
        """,
    )

    result.assert_outcomes(passed=1)
