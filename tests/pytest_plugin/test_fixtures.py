"""The fixtures for the app, its lifespan and its clients, as a suite of a user sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

APP = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def hello(request):
    return JSONResponse({"hello": "world"})


app = Starlette(routes=[Route("/", hello)])
"""


def test_a_client_of_the_configured_app_is_there_for_the_asking(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"')
    pytester.makepyfile('def test_hello(asgi_client):\n    assert asgi_client.get("/").json() == {"hello": "world"}')

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1)
