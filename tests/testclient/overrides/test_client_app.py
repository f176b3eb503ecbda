"""An app as one client sees it."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI

from asgitest.testclient import OverrideError, TestClient
from asgitest.testclient.overrides.client_app import OverriddenApp, with_overrides
from asgitest.testclient.overrides.point import CLIENT_LAYERS
from asgitest.testclient.overrides.replacement import value


def get_user() -> str:
    return "real"


@pytest.fixture
def app() -> FastAPI:
    shop = FastAPI()

    @shop.get("/")
    async def me(user: Annotated[str, Depends(get_user)]) -> list[Any]:
        return [user, len(CLIENT_LAYERS.get())]

    return shop


@pytest.mark.parametrize("overrides", [None, {}])
def test_without_replacements_it_is_the_app_itself(app: FastAPI, overrides: Any) -> None:
    assert with_overrides(app, overrides) is app


def test_it_replaces_for_as_long_as_a_call_lasts(app: FastAPI) -> None:
    seen = with_overrides(app, {get_user: value("alice")})

    assert TestClient(seen).get("/").json() == ["alice", 1]
    assert TestClient(app).get("/").json() == ["real", 0]
    assert CLIENT_LAYERS.get() == ()


def test_it_has_the_attributes_of_the_app(app: FastAPI) -> None:
    app.state.name = "shop"
    seen = with_overrides(app, {get_user: value("alice")})

    assert seen.state.name == "shop"
    assert seen.overridden_app is app


def test_what_no_route_depends_on_is_refused(app: FastAPI) -> None:
    with pytest.raises(OverrideError, match="no route depends on"):
        OverriddenApp(app, {len: value(1)})

    assert TestClient(OverriddenApp(app, {len: value(1)}, strict=False)).get("/").json() == ["real", 1]
