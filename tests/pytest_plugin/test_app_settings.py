"""Other settings for one test."""

from __future__ import annotations

import pytest

APP = """
import functools
import os
from typing import Annotated

from fastapi import Depends, FastAPI


class Settings:
    def __init__(self):
        self.mode = os.environ.get("SHOP_MODE", "default")


@functools.lru_cache
def get_settings():
    return Settings()


@functools.cache
def region():
    return os.environ.get("SHOP_REGION", "nowhere")


def through(function):
    @functools.wraps(function)
    def wrapper():
        return function()
    return wrapper


@through
@functools.cache
def get_wrapped():
    return os.environ.get("SHOP_MODE", "default")


app = FastAPI()


@app.get("/")
async def mode(settings: Annotated[Settings, Depends(get_settings)], again: Annotated[str, Depends(get_wrapped)]):
    return [settings.mode, again, region()]
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("SHOP_REGION", "eu")
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"')
    return pytester


def test_environment_variables_reach_settings_that_are_cached(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def ask(client):
            return client.get("/").json()

        def test_before(asgi_client):
            assert ask(asgi_client) == ["default", "default", "eu"]

        def test_changed(asgi_client, asgi_settings):
            asgi_settings.env(SHOP_MODE="test")
            assert ask(asgi_client) == ["test", "test", "eu"]
            asgi_settings.env(SHOP_MODE=None)
            assert ask(asgi_client) == ["default", "default", "eu"]

        def test_after(asgi_client):
            assert ask(asgi_client) == ["default", "default", "eu"]
        """
    )

    result = suite.runpytest_inprocess("--asgi-leaks=error")

    result.assert_outcomes(passed=3)


def test_a_cache_that_no_route_depends_on_can_be_named(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import main

        def test_a(asgi_client, asgi_settings):
            asgi_client.get("/")
            asgi_settings.cached(main.region)
            asgi_settings.env(SHOP_REGION=3)
            assert asgi_client.get("/").json()[2] == "3"

        def test_after(asgi_client):
            assert asgi_client.get("/").json()[2] == "eu"
        """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2)


def test_a_settings_object_is_changed_and_restored(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import main, pytest

        def test_a(asgi_client, asgi_settings):
            asgi_settings.set(main.get_settings(), mode="patched")
            assert asgi_client.get("/").json()[0] == "patched"
            with pytest.raises(AttributeError):
                asgi_settings.set(main.get_settings(), mood="patched")

        def test_after(asgi_client):
            assert asgi_client.get("/").json()[0] == "default"
        """
    )

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2)
