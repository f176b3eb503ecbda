"""Additional statuses, callbacks, webhooks, responses returned directly, OAuth2 scopes."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import httpx
import pytest

KAFKA = "9780241950425"
SOLD_OUT = "9780571334650"


def order(client, headers, isbn=KAFKA, quantity=1, **params):
    return client.post("/orders", json={"isbn": isbn, "quantity": quantity}, headers=headers, params=params)


def test_an_order_takes_from_the_stock(client, customer):
    placed = order(client, customer, quantity=2)

    assert placed.status_code == 201
    assert placed.json() == {"id": 1, "isbn": KAFKA, "quantity": 2, "total_cents": 2100, "state": "confirmed"}
    assert client.get(f"/catalogue/books/{KAFKA}").json()["stock"] == 1


def test_an_order_beyond_the_stock_is_accepted_for_later(client, customer):
    placed = order(client, customer, isbn=SOLD_OUT)

    assert placed.status_code == 202
    assert placed.json()["state"] == "backordered"


def test_an_order_of_an_unknown_book_is_refused(client, customer):
    assert order(client, customer, isbn="9790000000000").status_code == 404


@pytest.mark.parametrize("quantity", [0, -1, 101, 10**40, 1.5, True, "1", None])
def test_an_impossible_quantity_is_refused(client, customer, quantity):
    assert order(client, customer, quantity=quantity).status_code == 422


def test_orders_of_others_are_not_found(client, customer, staff):
    order(client, customer)

    assert client.get("/orders/1", headers=customer).status_code == 200
    assert client.get("/orders/1", headers=staff).status_code == 404
    assert client.get("/orders", headers=staff).json() == []


def test_a_number_that_sqlite_could_not_hold_is_refused(client, customer):
    assert client.get(f"/orders/{10**30}", headers=customer).status_code == 422
    assert client.get(f"/orders/{2**53}", headers=customer).status_code == 404


def test_orders_are_listed_after_a_number(client, customer):
    for _ in range(3):
        order(client, customer)

    assert [found["id"] for found in client.get("/orders?after=1&limit=1", headers=customer).json()] == [2]


def test_the_invoice_is_xml(client, customer):
    order(client, customer, quantity=3)

    invoice = client.get("/orders/1/invoice", headers=customer)

    assert invoice.headers["content-type"] == "application/xml"
    assert ET.fromstring(invoice.text).findtext("total_cents") == "3150"  # noqa: S314 - our own text


def test_the_callback_is_sent_to_the_url_of_the_order(client, customer, receiver):
    order(client, customer, callback_url="https://reader.example/told")

    (sent,) = receiver.requests
    assert (sent.method, str(sent.url)) == ("POST", "https://reader.example/told/orders/1")
    assert json.loads(sent.content) == {"id": 1, "isbn": KAFKA, "state": "confirmed"}


def test_the_callback_is_documented_where_it_is_sent(client):
    callbacks = client.get("/openapi.json").json()["paths"]["/orders"]["post"]["callbacks"]

    assert list(callbacks["order_changed"]) == ["{$request.query.callback_url}/orders/{$response.body#/id}"]


@pytest.mark.parametrize(
    "url", ["http://reader.example", "https://127.0.0.1", "https://localhost", "file:///etc", "x" * 301]
)
def test_a_callback_to_somewhere_inside_is_refused(client, customer, receiver, url):
    assert order(client, customer, callback_url=url).status_code == 422
    assert receiver.requests == []


@pytest.mark.parametrize("error", [httpx.ConnectError("no route"), httpx.ReadTimeout("too late")], ids=repr)
def test_an_order_stands_when_its_callback_fails(client, customer, receiver, error):
    receiver.error = error

    assert order(client, customer, callback_url="https://reader.example").status_code == 201
    assert client.get("/orders/1", headers=customer).status_code == 200


def test_an_order_stands_when_the_receiver_redirects(client, customer, receiver):
    receiver.status = 302

    assert order(client, customer, callback_url="https://reader.example").status_code == 201
    assert len(receiver.requests) == 1


def test_a_subscriber_gets_the_webhook_until_it_unsubscribes(client, customer, receiver):
    url = "https://partner.example/hooks"
    number = client.post("/subscriptions", json={"url": url}, headers=customer).json()["id"]
    order(client, customer)

    removed = client.delete(f"/subscriptions/{number}", headers=customer)
    order(client, customer)

    assert [str(sent.url) for sent in receiver.requests] == [url]
    assert removed.status_code == 204
    assert client.delete(f"/subscriptions/{number}", headers=customer).status_code == 404


def test_the_webhook_is_documented(client):
    assert list(client.get("/openapi.json").json()["webhooks"]) == ["new-order"]


def test_a_token_without_the_scope_is_refused_with_403(client, log_in):
    headers = log_in("grace", "hopper", scope="orders")

    assert order(client, headers).status_code == 201
    assert client.delete(f"/catalogue/books/{SOLD_OUT}", headers=headers).status_code == 403


@pytest.mark.parametrize("token", ["", "nonsense", "e30=.0000", "\xff.\xff", "a.b.c"])
def test_a_token_that_the_shop_did_not_sign_is_refused_with_a_challenge(client, token):
    refused = client.get("/orders", headers={"Authorization": b"Bearer " + token.encode("latin-1")})

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_no_token_is_refused_with_a_challenge(client):
    refused = client.get("/me")

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_says_whose_it_is(client, customer):
    assert client.get("/me", headers=customer).json() == {"name": "ada", "scopes": ["orders"]}


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", ""), ("\0", "\ud7ff")])
def test_a_wrong_password_gets_no_token(client, name, password):
    refused = client.post("/token", data={"username": name, "password": password or "x"})

    assert refused.status_code == 401
    assert "session" not in client.cookies
