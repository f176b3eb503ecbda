"""Short names for fixtures."""

from __future__ import annotations

import pytest

APP = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml(
        '[tool.pytest]\nasgi_app = "main:app"\n'
        'asgi_fixture_aliases = ["client=asgi_client", "running = asgi_lifespan", "theapp=asgi_app"]'
    )
    return pytester


def test_an_alias_is_the_fixture(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def wide(running, theapp):
            return running.app is theapp

        def test_a(client, asgi_client, wide):
            assert client is asgi_client
            assert wide
        """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)


def test_a_fixture_of_the_suite_counts_more(suite: pytest.Pytester) -> None:
    suite.makeconftest("import pytest\n\n@pytest.fixture\ndef client(): return 'own'")
    suite.makepyfile("def test_a(client): assert client == 'own'")

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=1)


def test_an_alias_is_listed_with_what_it_stands_for(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--fixtures")

    result.stdout.fnmatch_lines(["client*", "*The fixture ``asgi_client`` of asgitest*"])


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("client", "'client' is not of the form name=fixture."),
        ("my-client=asgi_client", "'my-client=asgi_client' is not of the form name=fixture."),
        ("client=asgi_clint", "there is no fixture 'asgi_clint'. Did you mean 'asgi_client'?"),
    ],
)
def test_a_wrong_alias_is_an_error(pytester: pytest.Pytester, alias: str, message: str) -> None:
    result = pytester.runpytest_inprocess(f"--asgi-fixture-aliases={alias}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: asgi_fixture_aliases: {message}"])
