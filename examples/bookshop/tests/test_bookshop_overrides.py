"""Testing dependencies with overrides, as the plugin's fixtures do it."""

from __future__ import annotations

import pytest
from fastapi import HTTPException

from asgitest.testclient.overrides import error, value
from examples.bookshop.security import User, get_administrator, get_user

ADA = User(name="ada", scopes=frozenset({"orders:read", "orders:write"}))
BOB = User(name="bob", scopes=frozenset({"orders:read", "orders:write"}))
KAFKA = "9780241950425"


def order(client) -> int:
    return client.post("/orders", json={"isbn": KAFKA, "quantity": 1}).status_code


def test_a_user_without_a_token(client, dependency_overrides):
    dependency_overrides.value(get_user, ADA)

    assert order(client) == 201
    assert dependency_overrides.calls(get_user) == 1


def test_two_users_of_one_shop(asgi_client_factory):
    ada = asgi_client_factory(base_url="https://testserver", overrides={get_user: value(ADA)})
    bob = asgi_client_factory(base_url="https://testserver", overrides={get_user: value(BOB)})

    order(ada)

    assert [len(ada.get("/orders").json()), len(bob.get("/orders").json())] == [1, 0]


@pytest.mark.dependency_overrides({get_user: error(HTTPException(503))})
def test_an_error_of_a_dependency(client):
    assert order(client) == 503


def test_the_office_without_a_password(client, dependency_overrides):
    dependency_overrides.value(get_administrator, "ada")
    with dependency_overrides(get_administrator, wrap=str.upper):
        loud = client.get("/admin/office").json()["administrator"]

    assert [loud, client.get("/admin/office").json()["administrator"]] == ["ADA", "ada"]
