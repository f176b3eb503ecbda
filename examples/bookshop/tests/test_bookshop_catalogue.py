"""Response headers, changed statuses, YAML by `openapi_extra`, the request itself, files."""

from __future__ import annotations

import json

import pytest

KAFKA = "9780241950425"
NEW = "9780099448822"
DETAILS = {"title": "Norwegian Wood", "author": "Haruki Murakami", "price_cents": 999}


def test_the_list_begins_with_the_newest_book(client, staff):
    client.post("/catalogue/books", json={"isbn": NEW, **DETAILS}, headers=staff)

    assert client.get("/catalogue/books").json()[0]["isbn"] == NEW


def test_pages_of_the_list_do_not_overlap(client):
    first = client.get("/catalogue/books", params={"limit": 2}).json()
    second = client.get("/catalogue/books", params={"limit": 2, "offset": 2}).json()

    assert len({book["isbn"] for book in first + second}) == 4


def test_a_list_can_be_of_one_author(client):
    books = client.get("/catalogue/books", params={"author": "Franz Kafka"}).json()

    assert [book["title"] for book in books] == ["The Trial"]


def test_a_new_book_says_where_it_is(client, staff):
    added = client.post("/catalogue/books", json={"isbn": NEW, **DETAILS}, headers=staff)

    assert added.status_code == 201
    assert added.headers["location"] == f"/catalogue/books/{NEW}"
    assert client.get(added.headers["location"]).json() == {"isbn": NEW, "stock": 0, **DETAILS}


def test_a_book_is_added_once(client, staff):
    body = {"isbn": KAFKA, **DETAILS}

    assert client.post("/catalogue/books", json=body, headers=staff).status_code == 409


def test_put_answers_201_first_and_200_then(client, staff):
    first = client.put(f"/catalogue/books/{NEW}", json=DETAILS, headers=staff)
    second = client.put(f"/catalogue/books/{NEW}", json=DETAILS, headers=staff)

    assert [first.status_code, second.status_code] == [201, 200]
    assert first.headers["etag"] == second.headers["etag"]


def test_a_known_etag_gets_304_without_a_body(client):
    etag = client.get(f"/catalogue/books/{KAFKA}").headers["etag"]

    again = client.get(f"/catalogue/books/{KAFKA}", headers={"If-None-Match": f'"other", {etag}'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_a_deleted_book_is_gone(client, staff):
    deleted = client.delete(f"/catalogue/books/{KAFKA}", headers=staff)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(f"/catalogue/books/{KAFKA}").status_code == 404
    assert client.delete(f"/catalogue/books/{KAFKA}", headers=staff).status_code == 404


def test_a_book_with_orders_stays(client, staff, customer):
    client.post("/orders", json={"isbn": KAFKA, "quantity": 1}, headers=customer)

    assert client.delete(f"/catalogue/books/{KAFKA}", headers=staff).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"price_cents": -1},
        {"price_cents": 10**30},
        {"price_cents": True},
        {"price_cents": "5"},
        {"price_cents": float("inf")},
        {"title": ""},
        {"title": None},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_book_that_is_not_as_documented_is_refused(client, staff, change):
    text = json.dumps({**DETAILS, **change})

    refused = client.put(f"/catalogue/books/{NEW}", content=text, headers={**staff, "Content-Type": "application/json"})

    assert refused.status_code == 422
    assert client.get(f"/catalogue/books/{NEW}").status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b"\xff\xfe\x00", "application/json", 400),
        (b"\xff\xfe\x00", "application/octet-stream", 422),
        (b"[" * 100_000, "application/json", 400),
        (b'{"title": "\\ud800", "author": "\\u0000", "price_cents": 1}', "application/json", 422),
        (b'{"\\ud800": 1}', "application/json", 422),
        (b"{}", "text/plain", 422),
        (b"", "application/json", 422),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client, staff, body, content_type, status):
    refused = client.put(f"/catalogue/books/{NEW}", content=body, headers={**staff, "Content-Type": content_type})

    assert refused.status_code == status
    assert "detail" in refused.json()


def test_a_nul_character_in_a_title_is_a_character(client, staff):
    client.put(f"/catalogue/books/{NEW}", json={**DETAILS, "title": "a\0b"}, headers=staff)

    assert client.get(f"/catalogue/books/{NEW}").json()["title"] == "a\0b"
    assert client.get("/").status_code == 200


def test_a_body_over_the_limit_is_refused_with_413(client, staff):
    headers = {**staff, "Content-Type": "application/yaml"}

    assert client.post("/catalogue/import", content=b"x" * 1_000_001, headers=headers).status_code == 413


def test_a_yaml_list_is_imported(client, staff):
    text = f"""
    - {{isbn: "{NEW}", title: Norwegian Wood, author: Haruki Murakami, price_cents: 999}}
    - {{isbn: "{KAFKA}", title: Der Process, author: Franz Kafka, price_cents: 1100, stock: 2}}
    """

    answer = client.post("/catalogue/import", content=text, headers={**staff, "Content-Type": "application/yaml"})

    assert answer.json() == {"added": 1, "replaced": 1}
    assert client.get(f"/catalogue/books/{KAFKA}").json()["title"] == "Der Process"


@pytest.mark.parametrize(
    ("text", "content_type", "status"),
    [
        (b"- {isbn: 1}", "application/yaml", 422),
        (b"- [", "application/yaml; charset=utf-8", 400),
        (b"2020-99-99", "application/yaml", 400),
        (b"{[]: 1}", "text/yaml", 400),
        (b"\xff\xff", "application/yaml", 400),
        (b"[" * 50_000, "application/yaml", 400),
        (b"&a [*a]", "application/yaml", 422),
        (b"", "application/yaml", 422),
        (b"[]", "application/json", 415),
    ],
)
def test_yaml_that_is_no_list_of_books_is_refused(client, staff, text, content_type, status):
    headers = {**staff, "Content-Type": content_type}

    assert client.post("/catalogue/import", content=text, headers=headers).status_code == status


def test_a_cover_comes_back_whole_and_in_parts(client, staff):
    path = f"/catalogue/books/{KAFKA}/cover"

    put = client.put(path, files={"image": ("cover.png", b"0123456789")}, headers=staff)
    whole = client.get(path)
    part = client.get(path, headers={"Range": "bytes=2-4"})
    parts = client.get(path, headers={"Range": "bytes=0-1,4-5"})
    beyond = client.get(path, headers={"Range": "bytes=90-"})

    assert put.status_code == 204
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, b"0123456789", "bytes")
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert parts.headers["content-type"].startswith("multipart/byteranges")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */10")


def test_a_book_without_a_cover_has_none(client, staff):
    assert client.get(f"/catalogue/books/{KAFKA}/cover").status_code == 404
    assert client.get(f"/catalogue/books/{NEW}/cover").status_code == 404


def test_a_cover_goes_with_its_book(client, staff):
    client.put(f"/catalogue/books/{KAFKA}/cover", files={"image": b"1"}, headers=staff)
    client.delete(f"/catalogue/books/{KAFKA}", headers=staff)
    client.put(f"/catalogue/books/{KAFKA}", json=DETAILS, headers=staff)

    assert client.get(f"/catalogue/books/{KAFKA}/cover").status_code == 404
