"""The plugin in a run that does not use it, beside others that do, and switched off."""

from __future__ import annotations

import os

import pytest

HEAVY = (
    "anyio",
    "asgitest.conformance",
    "asgitest.testclient.client",
    "fastapi",
    "httpx",
    "httpx2",
    "hypothesis",
    "litestar",
    "pydantic",
    "pytest_asyncio",
    "rich",
    "schemathesis",
    "starlette",
    "trio",
    "uvicorn",
    "websockets",
)
PROBE = """
import sys

def pytest_unconfigure():
    print("LOADED", *sorted(name for name in {heavy!r} if name in sys.modules), "END")
    print("COUNT", sum(1 for name in sys.modules if name.startswith("asgitest")))
"""


@pytest.fixture
def alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Our plugin and pytest's own, and nothing else."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p asgitest.pytest_plugin -p no:cacheprovider")
    pytester.makeconftest(PROBE.format(heavy=HEAVY))
    pytester.makepyfile("def test_nothing(): assert True")
    return pytester


@pytest.mark.parametrize("arguments", [[], ["--fixtures"], ["--help"], ["-p", "no:terminal"]])
def test_a_suite_that_does_not_use_it_loads_nothing_heavy(alone: pytest.Pytester, arguments: list[str]) -> None:
    result = alone.runpytest_subprocess("-W", "error", *arguments)

    assert result.ret == 0
    result.stdout.fnmatch_lines(["*LOADED END"])


def test_start_up_loads_nothing_but_the_plugin(alone: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a start costs is what it loads: our modules, and no more of the standard library than pytest has loaded."""
    alone.makeconftest("import sys\ndef pytest_unconfigure(): print('MODULES', *sys.modules, 'END')")
    with_it = modules(alone)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    without = modules(alone)

    others = {name for name in with_it - without if not name.startswith("asgitest")}
    assert others == set()
    assert len(with_it - without) < 40


def modules(suite: pytest.Pytester) -> set[str]:
    result = suite.runpytest_subprocess("--co", "-s")
    (line,) = [line for line in result.stdout.lines if "MODULES" in line]
    return {*line.partition("MODULES")[2].split()} - {"END"}


@pytest.mark.parametrize("arguments", [["--fixtures"], ["--help"]])
def test_switched_off_it_leaves_no_trace(pytester: pytest.Pytester, arguments: list[str]) -> None:
    pytester.makepyfile("def test_nothing(): assert True")

    result = pytester.runpytest_subprocess("-p", "no:asgitest", *arguments)

    assert result.ret == 0
    lines = [line for line in result.stdout.lines if "asgi" in line.lower() and not line.startswith("rootdir")]
    assert lines == []


BESIDE = """
import os
import pytest
from asgitest.testclient.overrides import value
import main


@pytest.fixture
def app():
    import flask
    shop = flask.Flask("shop")
    return shop


def test_flask(config):
    assert config["TESTING"] is False


def test_django(rf, settings):
    settings.DEBUG = False
    assert rf.get("/django").path == "/django"


@pytest.mark.asyncio
async def test_asyncio(asgi_async_client):
    assert (await asgi_async_client.get("/")).json() == "real"


@pytest.mark.anyio
async def test_anyio(asgi_async_client, anyio_backend_name):
    assert (await asgi_async_client.get("/")).json() == "real"


@pytest.mark.dependency_overrides({main.get_user: value("alice")})
def test_ours(asgi_client):
    assert asgi_client.get("/").json() == "alice"
"""
APP = """
from typing import Annotated
from fastapi import Depends, FastAPI

def get_user(): return "real"

app = FastAPI()

@app.get("/")
async def me(user: Annotated[str, Depends(get_user)]): return user
"""
SCHEMATHESIS = """
import main, schemathesis
from hypothesis import settings

schema = schemathesis.openapi.from_asgi("/openapi.json", main.app)


@schema.parametrize()
@settings(max_examples=2, database=None, deadline=None)
def test_schema(case):
    case.call_and_validate()
"""


def test_beside_the_plugins_of_others_nothing_clashes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest-django, pytest-flask, pytest-asyncio, anyio, Hypothesis, Schemathesis and pytest-xdist, all at work."""
    monkeypatch.delenv("PYTEST_ADDOPTS")
    monkeypatch.setitem(os.environ, "DJANGO_SETTINGS_MODULE", "shop_settings")
    pytester.makepyfile(main=APP, shop_settings="SECRET_KEY = 'x'\n", test_schema=SCHEMATHESIS)
    pytester.makepyfile(BESIDE)
    pytester.makepyprojecttoml(
        '[tool.pytest]\nasgi_app = "main:app"\nasyncio_default_fixture_loop_scope = "function"\npythonpath = ["."]\n'
        'filterwarnings = ["error::UserWarning"]\nstrict_config = true\nstrict_markers = true'
    )

    result = pytester.runpytest_subprocess("-n", "1")

    result.assert_outcomes(passed=7)
