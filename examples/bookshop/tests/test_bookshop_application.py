"""Lifespan, settings, overrides, middleware, root path, schema, names for SDKs."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from asgitest.testclient import TestClient
from examples import bookshop
from examples.bookshop import create_app
from examples.bookshop.operations import strip_tags
from examples.bookshop.settings import Settings, get_settings

KAFKA = "9780241950425"


def test_the_app_can_be_started_again_and_begins_anew(app):
    for _ in range(2):
        with TestClient(app) as client:
            token = client.post("/token", data={"username": "grace", "password": "hopper"}).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}

            assert client.delete(f"/catalogue/books/{KAFKA}", headers=headers).status_code == 204
            assert client.get("/legacy/vouchers").status_code == 200


def test_two_lifespans_side_by_side_have_a_shop_each():
    app, other = create_app(), create_app()
    with TestClient(app) as first, TestClient(other) as second:
        token = first.post("/token", data={"username": "grace", "password": "hopper"}).json()["access_token"]
        first.delete(f"/catalogue/books/{KAFKA}", headers={"Authorization": f"Bearer {token}"})

        assert first.get(f"/catalogue/books/{KAFKA}").status_code == 404
        assert second.get(f"/catalogue/books/{KAFKA}").status_code == 200


def test_the_package_has_an_app_for_servers():
    with TestClient(bookshop.app) as client:
        assert client.get("/admin/health").json() == {"status": "ok"}


def test_a_token_outlives_a_restart(app):
    with TestClient(app) as client:
        token = client.post("/token", data={"username": "ada", "password": "lovelace"}).json()["access_token"]
    with TestClient(app) as client:
        assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_token_expires():
    with TestClient(create_app(Settings(token_seconds=-1))) as client:
        token = client.post("/token", data={"username": "ada", "password": "lovelace"}).json()["access_token"]

        assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("BOOKSHOP_SHOP_NAME", "Shakespeare and Company")

    with TestClient(create_app()) as client:
        assert "Shakespeare and Company" in client.get("/").text


def test_an_overridden_setting_is_restored(app, client):
    app.dependency_overrides[get_settings] = lambda: Settings(page_size=1)
    try:
        assert len(client.get("/catalogue/books").json()) == 1
    finally:
        app.dependency_overrides.clear()

    assert len(client.get("/catalogue/books").json()) == 4


def test_each_response_has_the_number_of_its_request(client):
    given = client.get("/", headers={"X-Request-Id": "abc-1"})
    odd = client.get("/", headers={"X-Request-Id": "a b\t<>"})

    assert given.headers["x-request-id"] == "abc-1"
    assert re.fullmatch("[0-9a-f]{32}", odd.headers["x-request-id"])
    assert given.headers["x-content-type-options"] == "nosniff"


def test_another_host_is_not_served(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_long_answers_are_compressed(client):
    answer = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.json()["openapi"] == "3.2.0"


def test_plain_http_can_be_sent_to_https():
    with TestClient(create_app(Settings(force_https=True)), follow_redirects=False) as client:
        answer = client.get("/")

    assert (answer.status_code, answer.headers["location"]) == (307, "https://testserver/")


def test_behind_a_proxy_links_begin_with_the_root_path(app):
    with TestClient(app, root_path="/shop", follow_redirects=False) as client:
        home = client.get("/shop/")
        schema = client.get("/shop/openapi.json").json()
        theme = client.post("/shop/theme", data={"theme": "dark"})
        partners = client.get("/shop/partners/openapi.json").json()

    assert f'href="/shop/books/{KAFKA}"' in home.text
    assert 'href="/shop/static/bookshop.css"' in home.text
    assert schema["servers"][0] == {"url": "/shop"}
    assert theme.headers["location"] == "/shop/"
    assert "Path=/shop/" in theme.headers["set-cookie"]
    assert partners["servers"][0] == {"url": "/shop/partners"}


def test_a_wrong_method_is_told_all_right_ones(client):
    refused = client.patch(f"/catalogue/books/{KAFKA}")

    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, PUT")
    assert client.put("/partners/stock").headers["allow"] == "GET"
    assert client.post("/openapi.json").headers["allow"] == "GET, HEAD"


def test_a_trailing_slash_is_another_path(client):
    assert client.get("/orders/").status_code == 404


def test_operation_ids_are_unique_and_carry_their_tag(app):
    schema = app.openapi()
    ids = Counter(op["operationId"] for path in schema["paths"].values() for op in path.values())

    assert set(ids.values()) == {1}
    assert ids["catalogue-list_books"] == 1


def test_an_sdk_generator_can_have_them_without_the_tag(client):
    schema = strip_tags(client.get("/openapi.json").json())

    assert schema["paths"]["/catalogue/books"]["get"]["operationId"] == "list_books"


def test_what_is_for_load_balancers_only_is_not_in_the_schema(app):
    assert "/admin/health" not in app.openapi()["paths"]


def test_the_description_ends_where_the_docstring_says(app):
    add = app.openapi()["paths"]["/catalogue/books"]["post"]

    assert add["summary"] == "Add a book"
    assert "Raises" not in add["description"]


def test_an_import_is_documented_as_yaml(app):
    operation = app.openapi()["paths"]["/catalogue/import"]["post"]

    assert operation["x-batch"] is True
    assert list(operation["requestBody"]["content"]) == ["application/yaml"]


def test_every_reference_of_the_schemas_leads_somewhere(client):
    for url in ("/openapi.json", "/partners/openapi.json"):
        answer = client.get(url)

        wanted = set(re.findall(r"#/components/schemas/([\w-]+)", answer.text))
        assert wanted <= set(answer.json()["components"]["schemas"])


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_docs_open(client, path):
    assert client.get(path).status_code == 200


def test_every_bound_of_a_number_is_in_the_schema():
    """A bound that only the validator knows refuses what the schema allows."""
    properties = [
        one
        for model in create_app().openapi()["components"]["schemas"].values()
        for one in model.get("properties", {}).values()
    ]

    assert [one for one in properties if {"ge", "le"} & one.keys()] == []
