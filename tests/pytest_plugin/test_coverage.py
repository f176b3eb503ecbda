"""``--asgi-cov``."""

from __future__ import annotations

import json
from typing import Any

import pytest

APP = """
from fastapi import APIRouter, Depends, FastAPI, WebSocket

router = APIRouter(prefix="/items")

def who() -> str:
    return "nobody"

@router.get("/{number}")
def item(number: int, user: str = Depends(who)) -> dict[str, int]:
    return {"number": number}

@router.delete("/{number}", status_code=204)
def remove(number: int) -> None: ...

app = FastAPI()
app.include_router(router, prefix="/v1")

@app.websocket("/chat")
async def chat(websocket: WebSocket):
    await websocket.accept()
    await websocket.close()
"""
SUITE = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_item(asgi_client, number):
    assert asgi_client.get(f"/v1/items/{number}").status_code == 200

def test_wrong_item(asgi_client):
    assert asgi_client.get("/v1/items/x").status_code == 422
    assert asgi_client.get("/none").status_code == 404

def test_override(asgi_client):
    import main
    main.app.dependency_overrides[main.who] = lambda: "somebody"
    asgi_client.get("/v1/items/3")
    main.app.dependency_overrides.clear()
"""
TABLE = """\
*- API coverage -*
operation                 tests   status    media  request   params  missing
WS /chat                      0        -        -        -        -  never called
DELETE /v1/items/{number}     0      0/2      0/1        -      0/2  never called
GET /v1/items/{number}        4      2/2      2/2        -      2/2

operations                   1/2   50.0 %
statuses                     2/4   50.0 %
response media types         2/3   66.7 %
parameters                   2/4   50.0 %
WebSocket routes             0/1    0.0 %
dependencies                 1/1  100.0 %
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP, test_suite=SUITE)
    return pytester


def report(pytester: pytest.Pytester, *arguments: str) -> dict[str, Any]:
    """The JSON report of a run with *arguments*."""
    result = pytester.runpytest_subprocess("--asgi-app=main:app", "--asgi-cov=json:cov.json", *arguments)
    result.assert_outcomes(passed=4)
    document: dict[str, Any] = json.loads((pytester.path / "cov.json").read_text("utf-8"))
    return document


def test_the_table_stands_at_the_end_of_the_run(suite: pytest.Pytester) -> None:
    result = suite.runpytest("--asgi-app=main:app", "--asgi-cov")

    result.stdout.fnmatch_lines(TABLE.splitlines(), consecutive=True)


def test_quiet_shows_totals_only(suite: pytest.Pytester) -> None:
    result = suite.runpytest("--asgi-app=main:app", "--asgi-cov", "-q")

    result.stdout.fnmatch_lines(["*- API coverage -*", "operations * 1/2 * 50.0 %"], consecutive=True)


def test_colours_are_those_of_pytest(suite: pytest.Pytester) -> None:
    plain = suite.runpytest("--asgi-app=main:app", "--asgi-cov", "--color=no")
    coloured = suite.runpytest("--asgi-app=main:app", "--asgi-cov", "--color=yes")

    assert "\x1b" not in plain.stdout.str()
    assert "\x1b[31mWS /chat" in coloured.stdout.str()


def test_each_number_lists_its_tests(suite: pytest.Pytester) -> None:
    document = report(suite)

    status = next(goal for goal in document["goals"] if goal["detail"] == "422" and goal["tests"])
    assert [document["tests"][number] for number in status["tests"]] == ["test_suite.py::test_wrong_item"]


def test_workers_measure_what_one_process_measures(suite: pytest.Pytester) -> None:
    assert report(suite, "-n", "2") == report(suite, "-n", "0") == report(suite, "-p", "no:xdist")


def test_all_formats_are_written_and_named(suite: pytest.Pytester) -> None:
    result = suite.runpytest("--asgi-app=main:app", "--asgi-cov=html:a.html,md:a.md", "--asgi-cov=json:a.json")

    result.stdout.fnmatch_lines(["written: a.html", "written: a.md", "written: a.json"])
    result.stdout.no_fnmatch_line("operations *")
    assert (suite.path / "a.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_run_below_its_threshold_fails(suite: pytest.Pytester) -> None:
    result = suite.runpytest(
        "--asgi-app=main:app", "--asgi-cov-fail-under=40,parameters=50", "--asgi-cov-fail-under-websockets=10"
    )

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        ["FAILED API coverage of WebSocket routes is 0.00 % (0 of 1), but 10 % are required"], consecutive=True
    )
    result.stdout.no_fnmatch_line("FAILED API coverage of parameters*")


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("--asgi-cov=jsn:x", "ERROR: There is no format 'jsn' of API coverage. Did you mean json?"),
        ("--asgi-cov-fail-under=status=5", "ERROR: There is no dimension 'status' of API coverage. *statuses?"),
    ],
)
def test_a_wrong_option_is_a_usage_error(pytester: pytest.Pytester, argument: str, sentence: str) -> None:
    result = pytester.runpytest(argument)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([sentence])


def test_a_report_that_cannot_be_written_fails_the_run(suite: pytest.Pytester) -> None:
    suite.mkdir("taken")

    result = suite.runpytest("--asgi-app=main:app", "--asgi-cov=json:taken")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FAILED 'taken' cannot be written: *"])


def test_an_app_that_cannot_be_loaded_or_read_makes_coverage_incomplete_and_fails_no_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("""
        from asgitest.testclient import TestClient

        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})

        class Odd:
            broken = True

            @property
            def routes(self):
                if self.broken:
                    raise ValueError("no routes today")
                return []

            async def __call__(self, scope, receive, send):
                await app(scope, receive, send)

        def test_one():
            odd = Odd()
            assert TestClient(odd).get("/").status_code == 200
            odd.broken = False
            assert TestClient(odd).get("/").status_code == 200
            odd.broken = True
    """)

    result = pytester.runpytest("--asgi-app=nowhere:app", "--asgi-cov")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "API coverage is incomplete: ValueError while reading what *::test_one called: no routes today",
            "API coverage is incomplete: ValueError at the end of *::test_one: no routes today",
            "API coverage is incomplete: Failed while loading the configured app: There is no module 'nowhere'.",
        ]
    )


def test_collecting_only_measures_nothing(suite: pytest.Pytester) -> None:
    result = suite.runpytest("--asgi-app=main:app", "--asgi-cov", "--asgi-cov-fail-under=100", "--co")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*API coverage*")


def test_a_run_without_it_loads_nothing_for_it(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_light="import sys\ndef test_light(): assert 'asgitest.conformance' not in sys.modules")

    suite.runpytest_subprocess("test_light.py").assert_outcomes(passed=1)
