"""Dependency overrides as fixtures and as a marker, in a suite of a user."""

from __future__ import annotations

import pytest

APP = """
from typing import Annotated

from fastapi import Depends, FastAPI


def get_user():
    return "real"


def get_db():
    return "db"


app = FastAPI()


@app.get("/")
async def me(user: Annotated[str, Depends(get_user)], db: Annotated[str, Depends(get_db)]):
    return [user, db]


@app.get("/quiet")
async def quiet():
    return None
"""
TESTS = """
import main, pytest
from main import app, get_db, get_user
from asgitest.testclient.overrides import call, error, value, wrap

OWN = app.dependency_overrides

def ask(client):
    return client.get("/").json()

@pytest.fixture(autouse=True)
def nothing_stays():
    yield
    assert app.dependency_overrides is OWN
    assert OWN == {}
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"')
    return pytester


def run(suite: pytest.Pytester, tests: str, *arguments: str) -> pytest.RunResult:
    suite.makepyfile(TESTS + tests)
    return suite.runpytest_inprocess(*arguments)


def test_overrides_last_for_one_test(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
def test_a(asgi_client, dependency_overrides):
    dependency_overrides.value(get_user, "alice")
    assert ask(asgi_client) == ["alice", "db"]
    with dependency_overrides(get_user, wrap=str.upper):
        assert ask(asgi_client) == ["ALICE", "db"]
    assert dependency_overrides.calls(get_user) == 3

def test_b(asgi_client):
    assert ask(asgi_client) == ["real", "db"]
""",
    )

    # One call counts twice: the wrapped value is asked for as well.
    result.assert_outcomes(passed=2)


def test_the_nearest_marker_counts(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
pytestmark = pytest.mark.dependency_overrides({get_user: value("module"), get_db: value("module's")})

def test_module(asgi_client):
    assert ask(asgi_client) == ["module", "module's"]

@pytest.mark.dependency_overrides({get_user: value("class")})
class TestClass:
    def test_class(self, asgi_client):
        assert ask(asgi_client) == ["class", "module's"]

    @pytest.mark.dependency_overrides(overrides={get_user: call(lambda: "test")})
    def test_test(self, asgi_client, dependency_overrides):
        assert ask(asgi_client) == ["test", "module's"]
        dependency_overrides.value(get_user, "later")
        assert ask(asgi_client) == ["later", "module's"]
""",
    )

    result.assert_outcomes(passed=3)


def test_layers_of_session_module_and_test_lie_over_each_other(suite: pytest.Pytester) -> None:
    suite.makepyfile(main=APP)
    suite.makepyfile(
        test_layers="""
        import main, pytest
        from main import get_db, get_user

        @pytest.fixture(scope="session", autouse=True)
        def everywhere(dependency_overrides_session):
            dependency_overrides_session.value(get_db, "session")
            dependency_overrides_session.value(get_user, "session")

        @pytest.fixture(scope="module")
        def here(dependency_overrides_module):
            dependency_overrides_module.value(get_user, "module")

        def ask(client):
            return client.get("/").json()

        def test_session(asgi_client):
            assert ask(asgi_client) == ["session", "session"]

        def test_module(asgi_client, here):
            assert ask(asgi_client) == ["module", "session"]

        def test_test(asgi_client, here, dependency_overrides):
            dependency_overrides.value(get_user, "test")
            assert ask(asgi_client) == ["test", "session"]

        def test_module_again(asgi_client, here):
            assert ask(asgi_client) == ["module", "session"]
        """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=4)


def test_clients_of_one_test_have_overrides_of_their_own(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
def test_a(asgi_client_factory):
    alice = asgi_client_factory(overrides={get_user: value("alice")})
    bob = asgi_client_factory(overrides={get_user: value("bob")})
    clients = (alice, bob, asgi_client_factory(), alice)
    assert [ask(client)[0] for client in clients] == ["alice", "bob", "real", "alice"]
""",
    )

    result.assert_outcomes(passed=1)


def test_an_unknown_dependency_fails_the_test_and_says_why(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
def get_usr(): ...

def test_a(asgi_client, dependency_overrides):
    dependency_overrides.value(get_usr, "alice")
""",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*OverrideError: no route depends on *get_usr*", "*did you mean main.get_user*"])


def test_an_unknown_dependency_passes_where_strictness_is_off(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
def get_usr(): ...

def test_a(asgi_client, dependency_overrides):
    dependency_overrides.value(get_usr, "alice")
""",
        "--asgi-strict-overrides=off",
    )

    result.assert_outcomes(passed=1)


UNUSED = """
@pytest.mark.dependency_overrides({get_db: value("fake")})
def test_marker(asgi_client):
    asgi_client.get("/quiet")

def test_set(asgi_client, dependency_overrides):
    dependency_overrides.value(get_user, "alice")
    asgi_client.get("/quiet")
"""


def test_an_override_that_was_never_used_is_warned_of(suite: pytest.Pytester) -> None:
    result = run(suite, UNUSED)

    result.assert_outcomes(passed=2, warnings=2)
    result.stdout.fnmatch_lines(
        ["*OverrideWarning: *: the override of main.get_db was never used*", "*main.get_user was never used*"]
    )


def test_an_override_that_was_never_used_fails_the_test_if_that_is_wished(suite: pytest.Pytester) -> None:
    result = run(suite, UNUSED, "--asgi-strict-overrides=error")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*the override of main.get_db was never used: no request of this test*"])


def test_an_override_of_a_fixture_for_many_tests_may_go_unused(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
@pytest.fixture(autouse=True)
def for_all(nothing_stays, dependency_overrides):
    dependency_overrides.value(get_user, "alice")

@pytest.mark.dependency_overrides({get_db: value("fake")})
class TestMany:
    def test_a(self, asgi_client):
        asgi_client.get("/quiet")
""",
        "--asgi-strict-overrides=error",
    )

    result.assert_outcomes(passed=1)


def test_a_failed_test_is_not_told_of_unused_overrides(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
def test_a(dependency_overrides):
    dependency_overrides.value(get_user, "alice")
    raise LookupError("own")
""",
        "--asgi-strict-overrides=error",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LookupError: own"])


def test_overrides_end_after_an_exception_an_xfail_and_a_skip(suite: pytest.Pytester) -> None:
    result = run(
        suite,
        """
def test_exception(asgi_client, dependency_overrides):
    dependency_overrides.value(get_user, "alice")
    assert ask(asgi_client) == []

@pytest.mark.xfail(strict=True)
def test_xfail(asgi_client, dependency_overrides):
    dependency_overrides.error(get_user, LookupError("alice"))
    ask(asgi_client)

def test_skip(asgi_client, dependency_overrides):
    dependency_overrides.value(get_user, "alice")
    pytest.skip()

def test_then(asgi_client):
    assert ask(asgi_client) == ["real", "db"]
""",
    )

    result.assert_outcomes(passed=1, failed=1, xfailed=1, skipped=1)


def test_overrides_end_after_an_interruption(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        conftest="""
        import main
        OWN = main.app.dependency_overrides
        def pytest_unconfigure():
            print("RESTORED", main.app.dependency_overrides is OWN, OWN)
        """
    )
    suite.makepyfile(
        TESTS
        + """
def test_a(asgi_client, dependency_overrides):
    dependency_overrides.value(get_user, "alice")
    raise KeyboardInterrupt
"""
    )

    result = suite.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["RESTORED True {}"])
