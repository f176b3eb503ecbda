"""Which app a test is about, how long it runs, and what its clients are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.pytest_plugin.running import run_app

if TYPE_CHECKING:
    import pytest

APP = """
STARTS = []

def make(name):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            STARTS.append(name)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = f"{name} {scope['root_path']}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
    return app

app, other = make("app"), make("other")
"""


def test_an_app_runs_as_long_as_the_context_lasts(pytestconfig: pytest.Config) -> None:
    log: list[str] = []

    async def app(scope, receive, send):
        for _ in range(2):
            message = await receive()
            log.append(message["type"])
            await send({"type": f"{message['type']}.complete"})

    with run_app(pytestconfig, app) as running:
        assert running.app is app
        assert log == ["lifespan.startup"]

    assert log == ["lifespan.startup", "lifespan.shutdown"]


def test_a_marker_decides_which_app_a_test_has(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(main=APP)
    pytester.makepyfile(
        """
        import main, pytest

        def test_app(asgi_client):
            assert asgi_client.get("/").text == "app "

        @pytest.mark.asgi_app("main:other")
        @pytest.mark.asgi_root_path("/v1")
        def test_other(asgi_client, asgi_client_factory):
            assert asgi_client.get("/").text == "other /v1"
            assert asgi_client_factory(root_path="").get("/").text == "other "

        @pytest.mark.asgi_client(root_path="/far")
        class TestMarkers:
            @pytest.mark.asgi_client(headers={"x-a": "1"})
            def test_all_count(self, asgi_client):
                assert asgi_client.get("/").text == "app /far"
                assert asgi_client.headers["x-a"] == "1"

            @pytest.mark.asgi_client(root_path="/near")
            def test_the_nearest_counts_most(self, asgi_client):
                assert asgi_client.get("/").text == "app /near"

        def test_each_was_started_once():
            assert main.STARTS == ["app", "other"]
        """
    )

    pytester.runpytest_inprocess("--asgi-app=main:app").assert_outcomes(passed=5)


def test_a_failed_startup_is_referred_to_after_the_first_time(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        main="""
        async def app(scope, receive, send):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no database"})
        """
    )
    pytester.makepyfile("def test_a(asgi_client): ...\n\ndef test_b(asgi_client): ...")

    result = pytester.runpytest_inprocess("--asgi-app=main:app")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["the app's startup failed: * (in full at *::test_a)"])
