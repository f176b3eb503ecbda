"""The OpenAPI document of the app, and the one that was agreed on."""

from __future__ import annotations

import pytest

APP = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items(q: str = "") -> list[str]:
    return []
"""
TEST = "def test_document(asgi_openapi, asgi_openapi_snapshot):\n    assert asgi_openapi == asgi_openapi_snapshot"


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"')
    return pytester


def test_the_document_is_that_of_the_framework(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_a(asgi_openapi): assert list(asgi_openapi['paths']) == ['/items']")

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)


def test_a_document_may_be_served_elsewhere(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        main="""
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        from starlette.routing import Route

        async def api(request):
            return JSONResponse({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}})

        app = Starlette(routes=[Route("/my/api.json", api)])
        """
    )
    suite.makepyfile("def test_a(asgi_openapi): assert asgi_openapi['paths'] == {}")

    found = suite.runpytest_inprocess("--asgi-openapi-path=/my/api.json")
    missing = suite.runpytest_inprocess()
    wrong = suite.runpytest_inprocess("--asgi-openapi-path=/api.json")

    found.assert_outcomes(passed=1)
    missing.assert_outcomes(errors=1)
    missing.stdout.fnmatch_lines(["the app has no OpenAPI document*", "*say where, by asgi_openapi_path"])
    wrong.stdout.fnmatch_lines(["The app serves no schema at '/api.json'."])


def test_a_document_that_cannot_be_generated_is_told(suite: pytest.Pytester) -> None:
    suite.makepyfile(main=APP + "\n\ndef broken(): raise LookupError('no schema')\n\napp.openapi = broken\n")
    suite.makepyfile("def test_a(asgi_openapi): ...")

    result = suite.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["Generating the schema failed: LookupError: no schema"])


def test_a_snapshot_is_missing_then_written_then_equal(suite: pytest.Pytester) -> None:
    suite.makepyfile(TEST)

    missing = suite.runpytest_inprocess()
    written = suite.runpytest_inprocess("--asgi-snapshot-update")
    equal = suite.runpytest_inprocess()

    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(["*there is no openapi.snapshot.json yet", "*run pytest --asgi-snapshot-update*"])
    written.assert_outcomes(passed=1)
    equal.assert_outcomes(passed=1)
    assert (suite.path / "openapi.snapshot.json").read_text().startswith('{\n  "components": {')


def test_a_difference_says_what_breaks(suite: pytest.Pytester) -> None:
    suite.makepyfile(TEST)
    suite.runpytest_inprocess("--asgi-snapshot-update")
    suite.makepyfile(main=APP.replace('q: str = ""', "q: str"))

    result = suite.runpytest_inprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*the OpenAPI document is not the one in openapi.snapshot.json",
            "E*breaking: GET /items: query parameter q: it is required now",
            "E*run pytest --asgi-snapshot-update if that is meant",
        ]
    )


def test_a_snapshot_may_have_another_name(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_a(asgi_openapi, asgi_openapi_snapshot):
            snapshot = asgi_openapi_snapshot("v1.json")
            assert snapshot == asgi_openapi
            assert snapshot.changes(asgi_openapi) == []
            assert repr(snapshot) == "<the OpenAPI document in v1.json>"
        """
    )

    result = suite.runpytest_inprocess("--asgi-snapshot-update")

    result.assert_outcomes(passed=1)
    assert (suite.path / "v1.json").exists()


def test_workers_compare_and_do_not_write(suite: pytest.Pytester) -> None:
    suite.makepyfile(TEST)

    result = suite.runpytest_subprocess("--asgi-snapshot-update", "-n", "1")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["--asgi-snapshot-update writes files: run it without -n"])
