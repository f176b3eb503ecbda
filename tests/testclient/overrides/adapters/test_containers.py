"""Overrides of the providers of dependency-injector."""

from __future__ import annotations

import pytest
from dependency_injector import containers, providers
from fastapi import FastAPI

from asgitest.testclient import OverrideError, TestClient
from asgitest.testclient.overrides import Layer, value


class Container(containers.DeclarativeContainer):
    user = providers.Factory(str, "real")


@pytest.fixture
def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def answer():
        return Container.user()

    return app


def test_a_provider_is_replaced_as_long_as_the_layer_lasts(shop: FastAPI) -> None:
    client = TestClient(shop)

    with Layer(shop) as layer:
        layer.value(Container.user, "alice")
        values = [client.get("/").json()]
        with layer(Container.user, call=lambda *_: "bob"):
            values.append(client.get("/").json())
        values.append(client.get("/").json())
        calls = layer.calls(Container.user)

    assert [*values, client.get("/").json()] == ["alice", "bob", "alice", "real"]
    assert calls == 3


def test_an_error_is_raised(shop: FastAPI) -> None:
    with Layer(shop) as layer:
        layer.error(Container.user, LookupError("gone"))
        with pytest.raises(LookupError, match="gone"):
            Container.user()


def test_one_client_alone_cannot_have_it(shop: FastAPI) -> None:
    with pytest.raises(OverrideError, match=r"dependency-injector cannot override .* \(per_client\)"):
        TestClient(shop, overrides={Container.user: value("alice")})
