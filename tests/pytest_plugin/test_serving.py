"""An app that runs, and makes clients of itself; and the hook by which others run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.pytest_plugin.serving import run_in_process

if TYPE_CHECKING:
    import pytest


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        scope["state"]["greeting"] = "hello"
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["state"]["greeting"].encode()})


def test_clients_share_the_state_of_one_run() -> None:
    with run_in_process(app) as running:
        texts = [running.client().get("/").text, running.client(base_url="http://shop").get("/").text]

    assert texts == ["hello", "hello"]
    assert running.app is app
    assert running.state == {"greeting": "hello"}


def test_a_conftest_may_run_the_app_in_its_own_way(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import contextlib, pytest

        class Served:
            app, state = "the app", {"by": "hand"}
            def client(self, **options): return Client(options)

        class Client:
            def __init__(self, options): self.options = options
            def close(self): print("CLOSED")

        @pytest.hookimpl(tryfirst=True)
        def pytest_asgitest_serve(config, app):
            return contextlib.nullcontext(Served())

        @pytest.fixture(scope="session")
        def asgi_app(): return len
        """
    )
    pytester.makepyfile(
        """
        def test_a(asgi_client, asgi_lifespan):
            assert asgi_client.options == {}
            assert asgi_lifespan.state == {"by": "hand"}
        """
    )

    result = pytester.runpytest_inprocess("-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*CLOSED*"])
