"""``--asgi-observe``."""

from __future__ import annotations

import pytest

APP = """
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

app = FastAPI()


@app.get("/items/{id}")
def read(id: int) -> dict[str, int]:
    return PlainTextResponse("no JSON")


@app.get("/good")
def good() -> int:
    return 1
"""
SUITE = """
import pytest

@pytest.mark.parametrize("id", [1, 2])
def test_read(asgi_client, id):
    assert asgi_client.get(f"/items/{id}").status_code == 200

def test_good(asgi_client):
    assert asgi_client.get("/good").json() == 1
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite that passes, of an app that does not do what its schema says."""
    pytester.makepyprojecttoml("""
        [tool.pytest]
        asgi_app = "shop_observed:app"
    """)
    pytester.makepyfile(shop_observed=APP, test_shop=SUITE)
    return pytester


def test_a_fault_in_the_traffic_is_told_once_and_fails_the_run(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--asgi-observe")

    result.assert_outcomes(passed=3)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*asgitest: observed traffic*", "ERROR   openapi.content-type*", "  GET /items/{id}  2 times"]
    )


def test_clean_traffic_is_not_mentioned(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--asgi-observe", "-k", "good")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*observed traffic*")


def test_the_workers_of_xdist_hand_their_findings_over(suite: pytest.Pytester) -> None:
    result = suite.runpytest_subprocess("--asgi-observe", "-n", "2", "-p", "xdist")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["ERROR   openapi.content-type*", "  GET /items/{id}  2 times"])
