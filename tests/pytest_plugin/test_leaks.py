"""What a test leaves behind is told; what it does not, is not."""

from __future__ import annotations

import pytest

APP = """
import asyncio
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse


def get_user():
    return "real"


app = FastAPI()
app.state.limit = 1
KEPT = set()


async def never():
    await asyncio.Event().wait()


@app.get("/")
async def hello(user: Annotated[str, Depends(get_user)]):
    app.state.requests = getattr(app.state, "requests", 0) + 1
    return user


@app.get("/task")
async def task():
    KEPT.add(asyncio.create_task(never(), name="forever"))


@app.get("/short-task")
async def short_task():
    KEPT.add(asyncio.create_task(asyncio.sleep(0)))


@app.get("/sync")
def sync():
    app.state.by_thread = True


@app.get("/stream")
async def stream():
    async def parts():
        yield "a"
        await never()
    return StreamingResponse(parts())
"""
IMPORTS = "import os, threading\nimport main, pytest\nfrom main import app, get_user\n"

LEAVING = {
    "tasks": (
        'asgi_client.get("/task")',
        "left the task 'forever' of the app running, at *main.py:* in never: await asyncio.Event().wait()*",
    ),
    "threads": (
        "threading.Thread(target=main.RELEASE.wait, name='busy', daemon=True).start()",
        "left the thread 'busy' running",
    ),
    "streams": (
        'asgi_client.send(asgi_client.build_request("GET", "/stream"), stream=True)',
        "has neither read nor closed the response to GET /stream",
    ),
    "overrides": (
        "app.dependency_overrides[get_user] = str",
        "changed app.dependency_overrides[[]get_user] and left it so (use dependency_overrides)",
    ),
    "state": ("app.state.limit = 2", "changed app.state.limit and left it so (use monkeypatch.setattr)"),
    "environment": (
        "os.environ['SHOP_MODE'] = 'test'",
        "changed the environment variable SHOP_MODE, which still is changed (use monkeypatch)",
    ),
}
RESTORING = [
    'asgi_client.get("/")',
    'asgi_client.get("/sync")',
    'asgi_client.get("/short-task")',
    'monkeypatch.setenv("SHOP_MODE", "test")',
    'monkeypatch.setattr(app.state, "limit", 2)',
    "monkeypatch.setitem(app.dependency_overrides, get_user, str)",
    "dependency_overrides.value(get_user, 'alice'); asgi_client.get('/')",
    "t = threading.Thread(target=int); t.start(); t.join()",
    "app.state.limit = 2; app.state.limit = 1",
    "app.state.extra = 2; del app.state.extra",
    "with asgi_client.stream('GET', '/stream') as r: next(r.iter_raw())",
    "asgi_client.get('/').read()",
]


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("SHOP_MODE", raising=False)
    pytester.makepyfile(main=APP + "\nimport threading\nRELEASE = threading.Event()\n")
    pytester.makeconftest("import main\ndef pytest_unconfigure(): main.RELEASE.set()")
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"')
    return pytester


def a_test(does: str, *marks: str) -> str:
    lines = [IMPORTS, *marks, "def test_a(monkeypatch, dependency_overrides, asgi_client):", f"    {does}"]
    return "\n".join(lines)


@pytest.mark.parametrize("kind", LEAVING)
def test_what_is_left_is_warned_of(suite: pytest.Pytester, kind: str) -> None:
    does, sentence = LEAVING[kind]
    suite.makepyfile(a_test(does))

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines([f"*Warning: *{'::test_a: the test ' + sentence if kind != 'overrides' else ''}"])


@pytest.mark.parametrize("kind", LEAVING)
def test_what_is_left_fails_the_test_if_that_is_wished(suite: pytest.Pytester, kind: str) -> None:
    does, sentence = LEAVING[kind]
    suite.makepyfile(a_test(does).replace("dependency_overrides, ", ""))

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"the test {sentence}"])


@pytest.mark.parametrize("kind", LEAVING)
def test_a_marker_allows_one_kind(suite: pytest.Pytester, kind: str) -> None:
    suite.makepyfile(
        a_test(LEAVING[kind][0], f"@pytest.mark.asgi_allow_leaks({kind!r})").replace("dependency_overrides, ", "")
    )

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=1)


def test_a_marker_without_kinds_allows_all(suite: pytest.Pytester) -> None:
    suite.makepyfile(a_test(LEAVING["tasks"][0], "@pytest.mark.asgi_allow_leaks"))

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("does", RESTORING)
def test_what_is_put_back_is_not_told(suite: pytest.Pytester, does: str) -> None:
    suite.makepyfile(a_test(does))

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("kind", LEAVING)
def test_leaks_are_not_looked_for_when_that_is_off(suite: pytest.Pytester, kind: str) -> None:
    suite.makepyfile(a_test(LEAVING[kind][0]).replace("dependency_overrides, ", ""))

    result = suite.runpytest_inprocess("--asgi-leaks=off", "-W", "error::UserWarning")

    result.assert_outcomes(passed=1)


def test_a_test_without_an_app_is_left_alone(suite: pytest.Pytester) -> None:
    suite.makepyfile("import os\ndef test_a(): os.environ['SHOP_MODE'] = 'test'")

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=1)


def test_a_failed_test_tells_of_its_failure_alone(suite: pytest.Pytester) -> None:
    suite.makepyfile(a_test("os.environ['SHOP_MODE'] = 'test'; assert not asgi_client"))

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(failed=1)


def test_an_unknown_kind_is_refused(suite: pytest.Pytester) -> None:
    suite.makepyfile(a_test("pass", "@pytest.mark.asgi_allow_leaks('task')"))

    result = suite.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *::test_a: *there is no kind 'task'. Did you mean 'tasks'?"])


def test_a_test_on_trio_is_looked_at_too(suite: pytest.Pytester) -> None:
    suite.makepyfile(main="from starlette.applications import Starlette\napp = Starlette()")
    suite.makeconftest("")
    suite.makepyfile(
        """
        import os, pytest

        @pytest.fixture
        def anyio_backend(): return "trio"

        @pytest.mark.anyio
        async def test_a(asgi_async_client):
            os.environ["SHOP_MODE"] = "test"
        """
    )

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=1, errors=1)
