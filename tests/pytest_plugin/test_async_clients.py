"""``asgi_async_client`` under every runner of async tests; two runners side by side are in ``test_plugin``."""

from __future__ import annotations

import pytest

APP = """
import contextlib
import contextvars

import anyio
import sniffio
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

LOG = []
TENANT = contextvars.ContextVar("tenant", default="none")


@contextlib.asynccontextmanager
async def lifespan(app):
    LOG.append("startup")
    send, receive = anyio.create_memory_object_stream(10)
    async def work():
        async with receive:
            async for job in receive:
                LOG.append(job)
    TENANT.set("acme")
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        async with send:
            yield {"jobs": send}
    LOG.append("shutdown")


async def hello(request):
    await request.state.jobs.send("job")
    return JSONResponse([sniffio.current_async_library(), TENANT.get()])


app = Starlette(routes=[Route("/", hello)], lifespan=lifespan)
"""
TESTS = """
import main, pytest
{imports}

def teardown_module():
    assert main.LOG.count("startup") == main.LOG.count("shutdown") == {startups}
    assert main.LOG.count("job") == {jobs}

@{fixture}
async def greeting(asgi_async_client):
    yield (await asgi_async_client.get("/")).json()
    assert (await asgi_async_client.get("/")).status_code == 200

{mark}
async def test_request({backend}asgi_async_client):
    library, tenant = (await asgi_async_client.get("/")).json()
    assert library == {library}
    assert tenant == "acme"

{mark}
async def test_fixture_on_top({backend}greeting):
    assert greeting[1] == "acme"

{mark}
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=3, database=None)
@given(number=st.integers())
async def test_given({backend}asgi_async_client, number):
    assert (await asgi_async_client.get("/", params={{"n": number}})).status_code == 200
"""
HYPOTHESIS = "from hypothesis import HealthCheck, given, settings, strategies as st"


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """With pytest-asyncio, anyio and Hypothesis taking part."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-W error -p no:cacheprovider -p no:flask -p no:django -p no:schemathesis")
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml(
        '[tool.pytest]\nasgi_app = "main:app"\nasyncio_default_fixture_loop_scope = "function"\nanyio_mode = "strict"'
    )
    return pytester


def asyncio_tests(mark: str, fixture: str) -> str:
    return TESTS.format(
        imports=f"import pytest_asyncio\n{HYPOTHESIS}",
        fixture=fixture,
        mark=mark,
        backend="",
        library='"asyncio"',
        startups=3,
        jobs=6,
    )


@pytest.mark.parametrize(
    ("mode", "mark", "fixture"),
    [
        ("strict", "@pytest.mark.asyncio", "pytest_asyncio.fixture"),
        ("strict", '@pytest.mark.asyncio(loop_scope="module")', 'pytest_asyncio.fixture(loop_scope="module")'),
        ("auto", "", "pytest.fixture"),
    ],
)
def test_under_pytest_asyncio(suite: pytest.Pytester, mode: str, mark: str, fixture: str) -> None:
    suite.makepyfile(asyncio_tests(mark, fixture))

    result = suite.runpytest_inprocess(f"--asyncio-mode={mode}")

    result.assert_outcomes(passed=3)


def test_under_pytest_asyncio_with_one_loop_for_all_tests(suite: pytest.Pytester) -> None:
    suite.makepyfile(asyncio_tests("@pytest.mark.asyncio", 'pytest_asyncio.fixture(loop_scope="session")'))

    result = suite.runpytest_inprocess("-o", "asyncio_default_test_loop_scope=session")

    result.assert_outcomes(passed=3)


def test_under_anyio_on_asyncio_and_trio_without_pytest_asyncio(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        "import pytest\n\n@pytest.fixture(params=['asyncio', 'trio'])\ndef anyio_backend(request): return request.param"
    )
    suite.makepyfile(
        TESTS.format(
            imports=HYPOTHESIS,
            fixture="pytest.fixture",
            mark="@pytest.mark.anyio",
            backend="anyio_backend, ",
            library="anyio_backend",
            startups=6,
            jobs=12,
        )
    )
    suite.makefile(".toml", pyproject='[tool.pytest]\nasgi_app = "main:app"\nanyio_mode = "strict"')

    result = suite.runpytest_inprocess("-p", "no:asyncio")

    result.assert_outcomes(passed=6)


def test_without_a_runner_one_sentence_says_what_to_do(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_a(asgi_async_client): pass")

    result = suite.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["asgi_async_client is for async tests: mark this one with pytest.mark.asyncio*"])


def test_a_test_for_anyio_that_pytest_asyncio_runs_is_refused(suite: pytest.Pytester) -> None:
    """On the trio parameter it would run on asyncio, and nobody would know."""
    suite.makepyfile("import pytest\n@pytest.mark.anyio\nasync def test_a(asgi_async_client): pass")

    result = suite.runpytest_inprocess("--asyncio-mode=auto")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["this test is marked for anyio but run by pytest-asyncio, because asyncio_mode is*"])


def test_the_synchronous_client_needs_no_runner(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        f"""
        {HYPOTHESIS}

        @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=3, database=None)
        @given(number=st.integers())
        def test_a(asgi_client, number):
            assert asgi_client.get("/").json() == ["asyncio", "acme"]
        """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("mark", ["asyncio", "anyio"])
def test_markers_choose_the_app_and_the_client(suite: pytest.Pytester, mark: str) -> None:
    suite.makepyfile(
        f"""
        import pytest

        @pytest.fixture
        def anyio_backend(): return "asyncio"

        @pytest.mark.{mark}
        @pytest.mark.asgi_client(base_url="http://shop")
        async def test_a(asgi_async_client):
            assert asgi_async_client.base_url == "http://shop"
        """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)
