"""``--asgi-conformance``."""

from __future__ import annotations

import pytest

APP = """
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/good")
def good(n: int = 0) -> int:
    return n


@app.get("/broken/{id}")
def broken(id: int) -> int:
    return 1 // 0


@app.get("/undocumented")
def undocumented() -> int:
    raise HTTPException(418)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with an app, one test, and few cases."""
    pytester.makepyprojecttoml("""
        [tool.pytest]
        asgi_app = "shop_items:app"
        [tool.asgitest.conformance]
        cases = 5
    """)
    pytester.makepyfile(shop_items=APP, test_own="def test_own(): pass")
    return pytester


def test_each_subject_is_an_item_that_passes_or_fails_for_itself(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--asgi-conformance", "-v")

    result.assert_outcomes(passed=5, failed=1, warnings=1)
    result.stdout.fnmatch_lines_random(
        [
            "pyproject.toml::SCHEMA PASSED*",
            "pyproject.toml::LIFESPAN PASSED*",
            "pyproject.toml::GET /good PASSED*",
            "pyproject.toml::GET /broken/{id} FAILED*",
            "*ZeroDivisionError: integer division or modulo by zero",
            "*openapi.status-undocumented: *(GET /undocumented)",
        ]
    )


def test_without_the_option_there_are_no_items(suite: pytest.Pytester) -> None:
    suite.runpytest_inprocess().assert_outcomes(passed=1)


def test_an_item_is_selected_by_its_node_id(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--asgi-conformance", "-v", "pyproject.toml::GET /broken/{id}")

    result.assert_outcomes(failed=1)


def test_items_are_left_out_by_their_marker(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--asgi-conformance", "-m", "not asgi_conformance")

    result.assert_outcomes(passed=1, deselected=5)


def test_the_configuration_of_the_command_counts(suite: pytest.Pytester) -> None:
    suite.makepyprojecttoml("""
        [tool.pytest]
        asgi_app = "shop_items:app"
        [tool.asgitest.conformance]
        cases = 5
        exclude = ["GET /broken/*"]
        fail-on = "warning"
    """)

    result = suite.runpytest_inprocess("--asgi-conformance=quick")

    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*openapi.status-undocumented*"])


def test_an_app_that_cannot_be_had_is_an_error_of_collection(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--asgi-conformance", "--asgi-app", "shop_itms:app")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*There is no module 'shop_itms'. Did you mean shop_items?*"])


def test_xdist_distributes_the_items(suite: pytest.Pytester) -> None:
    result = suite.runpytest_subprocess("--asgi-conformance", "-n", "2", "-v", "-p", "xdist")

    result.assert_outcomes(passed=5, failed=1, warnings=1)
    assert {"gw0", "gw1"} <= {line.partition("]")[0].strip("[") for line in result.outlines if line.startswith("[gw")}
