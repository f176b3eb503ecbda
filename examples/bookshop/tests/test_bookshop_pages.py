"""Templates, static files, cookies, redirects, mounts, WSGI."""

from __future__ import annotations

import pytest
from fastapi import WebSocketDisconnect

from asgitest.testclient import TestClient
from examples.bookshop import create_app
from examples.bookshop.settings import Settings

KAFKA = "9780241950425"
KEY = {"X-Partner-Key": "partner-key"}


def test_the_home_page_links_to_the_books(client):
    page = client.get("/")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'href="/books/{KAFKA}"' in page.text


def test_the_template_gets_the_books():
    """Starlette's GZipMiddleware swallows the message that tells a test client about templates."""
    with TestClient(create_app(Settings(compress=False))) as client:
        page = client.get("/")

    assert page.template.name == "home.html"
    assert len(page.context["books"]) == 4


def test_titles_are_escaped(client, staff):
    details = {"title": "<script>", "author": "x", "price_cents": 5}
    client.put(f"/catalogue/books/{KAFKA}", json=details, headers=staff)

    assert "&lt;script&gt;" in client.get(f"/books/{KAFKA}").text


def test_a_missing_book_has_a_page_that_says_so(client):
    page = client.get("/books/9790000000000")

    assert page.status_code == 404
    assert "We do not have this book" in page.text


def test_the_style_sheet_is_served_and_cached(client):
    sheet = client.get("/static/bookshop.css")
    again = client.get("/static/bookshop.css", headers={"If-None-Match": sheet.headers["etag"]})

    assert sheet.headers["content-type"].startswith("text/css")
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["nothing", "%00", "..%2f__init__.py", "%2e%2e/store.py", "x" * 5000, "", "bookshop.css/x", "%ff"]
)
def test_nothing_else_is_served_as_a_static_file(client, path):
    assert client.get(f"/static/{path}").status_code == 404


def test_a_theme_is_kept_in_a_cookie(client):
    chosen = client.post("/theme", data={"theme": "dark"}, follow_redirects=False)

    assert (chosen.status_code, chosen.headers["location"], chosen.content) == (303, "/", b"")
    assert all(word in chosen.headers["set-cookie"] for word in ("HttpOnly", "Secure", "SameSite=lax"))
    assert 'class="dark"' in client.get("/").text


def test_a_theme_that_does_not_exist_is_refused(client):
    assert client.post("/theme", data={"theme": "pink"}).status_code == 422
    assert client.post("/theme", content=b"\xff", headers={"Content-Type": "multipart/form-data"}).status_code == 400


def test_a_strange_cookie_does_not_close_the_shop(client):
    assert 'class="light"' in client.get("/", headers={"Cookie": 'theme="><script>; x'}).text


def test_partners_have_an_app_with_its_own_schema(client):
    schema = client.get("/partners/openapi.json").json()

    assert list(schema["paths"]) == ["/stock", "/stock/{isbn}"]
    assert schema["servers"] == [{"url": "/partners"}]


def test_partners_see_the_stock_of_the_same_shop(client, staff):
    client.delete(f"/catalogue/books/{KAFKA}", headers=staff)

    assert len(client.get("/partners/stock", headers=KEY).json()) == 3
    assert client.get(f"/partners/stock/{KAFKA}", headers=KEY).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"X-Partner-Key": "wrong"}, {"X-Partner-Key": b"\xff"}], ids=str)
def test_partners_need_their_key(client, headers):
    refused = client.get("/partners/stock", headers=headers)

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "APIKey")


def test_the_old_wsgi_page_answers(client):
    assert client.get("/legacy/vouchers").text == "Send the text of a voucher\n"
    assert client.head("/legacy/vouchers").content == b""
    assert client.get("/legacy/other").status_code == 404
    assert client.delete("/legacy/vouchers").headers["allow"] == "GET, HEAD, POST"


def test_the_old_wsgi_page_reads_a_chunked_body_to_its_end(client):
    printed = client.post("/legacy/vouchers", content=iter([b"one ", b"", b"book"]))

    assert printed.text == "ONE BOOK"


def test_the_old_wsgi_page_refuses_what_is_too_long(client):
    assert client.post("/legacy/vouchers", content=b"x" * 10_001).status_code == 413


@pytest.mark.parametrize("path", ["/legacy/vouchers", "/static/bookshop.css", "/nothing"])
def test_a_websocket_to_a_place_without_one_is_refused(client, path):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
        pass
