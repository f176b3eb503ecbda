"""``--asgi-testclient``: a suite written for Starlette's client runs on ours, without a change."""

from __future__ import annotations

import fastapi.testclient
import pytest
import starlette.testclient

SUITE = """
    import conftest
    import fastapi.testclient
    import starlette.testclient
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()

    @app.get("/")
    def hello():
        return "hello"

    def test_hello():
        with TestClient(app) as client:
            assert client.get("/").json() == "hello"
            home = {home!r}
            assert type(client).__module__.startswith(home)
            assert conftest.TestClient.__module__.startswith(home)
            assert conftest.MyClient.__mro__[1].__module__.startswith(home)
            assert starlette.testclient.WebSocketTestSession.__module__.startswith(home)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite whose conftest imports Starlette's client by name, and derives from it."""
    pytester.makeconftest("from starlette.testclient import TestClient\n\nclass MyClient(TestClient): pass")
    return pytester


def test_by_default_nothing_is_swapped(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE.format(home="starlette."))

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)


def test_one_flag_swaps_the_client_before_the_first_conftest(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE.format(home="asgitest."))

    result = suite.runpytest_inprocess("--asgi-testclient")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["asgitest: *testclient=replaced (command line)"])


def test_a_setting_swaps_it_too(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE.format(home="asgitest."))
    suite.makepyprojecttoml("[tool.pytest]\nasgi_testclient = true")

    result = suite.runpytest_subprocess()

    result.assert_outcomes(passed=1)


def test_after_the_run_starlettes_is_there_again(suite: pytest.Pytester) -> None:
    before = starlette.testclient.TestClient

    suite.runpytest_inprocess("--asgi-testclient")

    assert starlette.testclient.TestClient is before
    assert fastapi.testclient.TestClient is before
    assert before.__module__ == "starlette.testclient"


def test_without_starlette_the_flag_says_so(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "starlette.testclient", None)

    result = suite.runpytest_inprocess("--asgi-testclient")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --asgi-testclient takes the place of Starlette's test client, which cannot*"])
