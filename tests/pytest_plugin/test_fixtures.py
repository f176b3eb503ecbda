"""The fixtures for the app, its lifespan and its clients, as a suite of a user sees them."""

from __future__ import annotations

import pytest

APP = """
import contextlib

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

LOG = []


@contextlib.asynccontextmanager
async def lifespan(app):
    LOG.append("startup")
    yield {"greeting": "hello"}
    LOG.append("shutdown")


async def hello(request):
    return JSONResponse([request.state.greeting, request.scope["root_path"], request.cookies])


async def login(request):
    response = JSONResponse({})
    response.set_cookie("user", "alice")
    return response


async def chat(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)
        await websocket.send_text(text.upper())


def create_app():
    return Starlette(
        routes=[Route("/", hello), Route("/login", login), WebSocketRoute("/ws", chat)], lifespan=lifespan
    )


app = create_app()
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with an app that pytest is told of."""
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"')
    return pytester


def run(suite: pytest.Pytester, test: str, *arguments: str) -> pytest.RunResult:
    suite.makepyfile(test)
    return suite.runpytest_inprocess(*arguments)


def test_a_client_of_the_configured_app_is_there_for_the_asking(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
        def test_hello(asgi_client):
            assert asgi_client.get("/").json() == ["hello", "", {}]
        """,
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("spec", ["main:app", "main:create_app", "main:create_app()", "main.py", "main"])
def test_an_app_may_be_named_in_several_ways(pytester: pytest.Pytester, spec: str) -> None:
    pytester.makepyfile(main=APP)

    result = run(
        pytester, "def test_hello(asgi_client): assert asgi_client.get('/').status_code == 200", "--asgi-app", spec
    )

    result.assert_outcomes(passed=1)


def test_without_an_app_the_error_shows_every_way_to_name_one(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_hello(asgi_client): ...")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["no app is known*", '*asgi_app = "main:app"*', "*pytest --asgi-app main:app", "*def asgi_app()*"]
    )


def test_an_app_that_cannot_be_found_gets_the_nearest_name(suite: pytest.Pytester) -> None:
    result = run(suite, "def test_hello(asgi_client): ...", "--asgi-app=main:ap")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Module 'main' has no attribute 'ap'. Did you mean app?"])


def test_an_app_that_cannot_be_imported_shows_its_own_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(main="def broken():\n    raise LookupError('no database')\n\nbroken()")

    result = run(pytester, "def test_hello(asgi_client): ...", "--asgi-app=main:app")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*raise LookupError('no database')", "*Importing 'main' failed: LookupError*"])


COUNT = """
    import main
    import pytest

    def teardown_module():
        assert main.LOG.count("startup") == {startups}

    class TestOne:
        def test_a(self, asgi_client): pass
        def test_b(self, asgi_client): pass

    class TestTwo:
        def test_a(self, asgi_client, asgi_lifespan): pass
        def test_b(self, asgi_client): pass
"""


@pytest.mark.parametrize(
    ("scope", "startups"), [("session", 1), ("package", 1), ("module", 1), ("class", 2), ("function", 4)]
)
def test_the_lifespan_starts_once_in_each_scope(suite: pytest.Pytester, scope: str, startups: int) -> None:
    result = run(suite, COUNT.format(startups=startups), f"--asgi-lifespan-scope={scope}")

    result.assert_outcomes(passed=4)


def test_two_workers_start_the_app_once_each(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        conftest="""
        import pathlib, main
        def pytest_sessionfinish(session):
            if hasattr(session.config, "workerinput"):
                name = session.config.workerinput["workerid"]
                pathlib.Path(f"{name}.log").write_text(" ".join(main.LOG))
        """
    )
    suite.makepyfile("import pytest\n@pytest.mark.parametrize('i', range(6))\ndef test_a(asgi_client, i): pass")

    result = suite.runpytest_subprocess("-n", "2")

    result.assert_outcomes(passed=6)
    logs = [file.read_text() for file in suite.path.glob("*.log")]
    assert logs == ["startup shutdown", "startup shutdown"]


def test_an_app_of_a_narrower_scope_gets_a_lifespan_of_its_own(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
        import main, pytest

        @pytest.fixture
        def asgi_app():
            return main.create_app()

        def test_a(asgi_client, asgi_app):
            assert asgi_client.app is asgi_app
            assert main.LOG == ["startup"]

        def test_b(asgi_client, asgi_app):
            assert main.LOG == ["startup", "shutdown", "startup"]
        """,
    )

    result.assert_outcomes(passed=2)


def test_the_state_of_the_lifespan_is_there(suite: pytest.Pytester) -> None:
    result = run(suite, "def test_a(asgi_lifespan): assert asgi_lifespan.state == {'greeting': 'hello'}")

    result.assert_outcomes(passed=1)


def test_a_failed_startup_is_shown_in_full_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        main="""
        import contextlib
        from starlette.applications import Starlette

        @contextlib.asynccontextmanager
        async def lifespan(app):
            raise LookupError("no database")
            yield

        app = Starlette(lifespan=lifespan)
        """
    )

    result = run(pytester, "def test_a(asgi_client): pass\ndef test_b(asgi_client): pass", "--asgi-app=main:app")

    result.assert_outcomes(errors=2)
    assert result.stdout.str().count('raise LookupError("no database")') == 1
    result.stdout.fnmatch_lines(["the app's startup failed: LookupError: no database (in full at *::test_a)"])


def test_each_test_has_cookies_of_its_own(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
        def test_a(asgi_client):
            asgi_client.get("/login")
            assert asgi_client.get("/").json()[2] == {"user": "alice"}

        def test_b(asgi_client):
            assert asgi_client.get("/").json()[2] == {}
        """,
    )

    result.assert_outcomes(passed=2)


def test_a_factory_makes_several_clients_of_one_run(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
        import main

        def test_a(asgi_client_factory):
            alice, bob = asgi_client_factory(root_path="/v1"), asgi_client_factory(cookies={"user": "bob"})
            assert alice.get("/").json() == ["hello", "/v1", {}]
            assert bob.get("/").json() == ["hello", "", {"user": "bob"}]
            assert main.LOG == ["startup"]
        """,
    )

    result.assert_outcomes(passed=1)


def test_a_client_with_a_clock_of_its_own_has_a_run_of_its_own(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
        import main, pytest

        @pytest.mark.asgi_client(clock="virtual")
        def test_a(asgi_client):
            assert asgi_client.get("/").status_code == 200
            assert main.LOG == ["startup", "startup"]
        """,
    )

    result.assert_outcomes(passed=1)


def test_markers_choose_the_app_and_its_clients(suite: pytest.Pytester) -> None:
    suite.makepyfile(other="from starlette.applications import Starlette\napp = Starlette()")
    result = run(
        suite,
        """
        import other, pytest

        pytestmark = pytest.mark.asgi_client(headers={"x": "module"}, base_url="http://shop")

        @pytest.mark.asgi_app("other:app")
        def test_app(asgi_client):
            assert asgi_client.app is other.app
            assert asgi_client.get("/").status_code == 404

        @pytest.mark.asgi_root_path("/proxy")
        @pytest.mark.asgi_client(headers={"x": "test"})
        def test_client(asgi_client):
            assert asgi_client.get("/").json()[1] == "/proxy"
            assert asgi_client.headers["x"] == "test"
            assert asgi_client.base_url == "http://shop"
        """,
    )

    result.assert_outcomes(passed=2)


def test_websockets_are_opened_by_a_fixture_that_tells_what_was_not_received(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
        def test_all(asgi_websocket):
            with asgi_websocket("/ws") as session:
                session.send_text("hi")
                assert [session.receive_text(), session.receive_text()] == ["hi", "HI"]

        def test_half(asgi_websocket):
            with asgi_websocket("/ws") as session:
                session.send_text("hi")
                assert session.receive_text() == "hi"
        """,
    )

    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(
        ["*LeakWarning: *::test_half: the test has not received 1 message that the app has sent on /ws"]
    )


def test_every_fixture_is_documented(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--fixtures")

    lines = result.stdout.lines
    ours = [index for index, line in enumerate(lines) if line.startswith(("asgi_", "dependency_overrides"))]
    assert len(ours) >= 8
    assert [lines[index] for index in ours if "no docstring available" in lines[index + 1]] == []


def test_fixtures_give_their_values_under_interruption_too(suite: pytest.Pytester) -> None:
    """Ctrl-C in a test shuts the app down."""
    suite.makepyfile(
        conftest="""
        import main
        def pytest_unconfigure():
            print("LOG", main.LOG)
        """
    )
    suite.makepyfile("def test_a(asgi_client): raise KeyboardInterrupt")

    result = suite.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["LOG ['startup', 'shutdown']"])
