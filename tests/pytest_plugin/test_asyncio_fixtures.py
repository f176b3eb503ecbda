"""The private fixtures for pytest-asyncio: one for each scope that a loop may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.pytest_plugin import asyncio_fixtures
from asgitest.pytest_plugin.options import SCOPES

if TYPE_CHECKING:
    import pytest


def test_each_scope_of_a_loop_has_a_fixture() -> None:
    names = {name for name in vars(asyncio_fixtures) if name.startswith("_asgi_asyncio_client_")}

    assert names == {f"_asgi_asyncio_client_{scope}" for scope in SCOPES}


def test_the_client_is_on_the_loop_of_the_test_whatever_its_scope(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-W default -p no:cacheprovider -p no:django -p no:flask -p no:randomly")
    pytester.makepyprojecttoml('[tool.pytest]\nasyncio_default_fixture_loop_scope = "function"')
    tests = "\n".join(
        f"""
@pytest.mark.asyncio(loop_scope="{scope}")
async def test_{scope}(asgi_async_client):
    assert (await asgi_async_client.get("/")).text == str(id(asyncio.get_running_loop()))
"""
        for scope in SCOPES
    )
    pytester.makepyfile(f"""
import asyncio, pytest

@pytest.fixture
def asgi_app():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await send({{"type": "http.response.start", "status": 200, "headers": []}})
        await send({{"type": "http.response.body", "body": str(id(asyncio.get_running_loop())).encode()}})
    return app

class TestClass:
    @pytest.mark.asyncio(loop_scope="class")
    async def test_in_a_class(self, asgi_async_client):
        assert (await asgi_async_client.get("/")).text == str(id(asyncio.get_running_loop()))
{tests.replace('@pytest.mark.asyncio(loop_scope="class")', '@pytest.mark.asyncio(loop_scope="module")')}
""")

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=len(SCOPES) + 1)
