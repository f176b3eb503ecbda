"""One driving request for each mutant of the bookshop: true where it misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

BOOK = "/catalogue/books/9780140449136"
NEW = {"isbn": "9780000000002", "title": "T", "author": "A", "price_cents": 1}
LOGIN = {"username": "grace", "password": "hopper"}
JSON = {"content-type": "application/json"}
YAML = {"content-type": "application/yaml"}
PARTNER = {"x-partner-key": "partner-key"}


def token(h: Hand) -> str:
    return h.post("/token", data=LOGIN).json()["access_token"]


def staff(h: Hand) -> dict[str, str]:
    return {"authorization": f"Bearer {token(h)}"}


def order(h: Hand) -> bool:
    wanted = {"isbn": "9780140449136", "quantity": 1}
    return h.post("/orders", json=wanted, headers=staff(h)).status_code == 201


DRIVES: dict[str, Callable[[Hand], bool]] = {
    "wrong-status-304": lambda h: h.get(BOOK, headers={"if-none-match": "*"}).status_code == 200,
    "etag-not-sent": lambda h: "etag" not in h.get(BOOK).headers,
    "location-not-sent": lambda h: "location" not in h.post("/catalogue/books", json=NEW, headers=staff(h)).headers,
    "ordered-book-deleted": lambda h: order(h) and h.delete(BOOK, headers=staff(h)).status_code == 500,
    "book-check-dropped": lambda h: h.get("/catalogue/books/9780000000002").status_code == 500,
    "validator-never-matches": lambda h: (
        h.get(BOOK, headers={"if-none-match": h.get(BOOK).headers["etag"]}).status_code == 200
    ),
    "yaml-errors-narrowed": lambda h: (
        h.post("/catalogue/import", content=b"- 2001-99-99", headers=staff(h) | YAML).status_code == 500
    ),
    "validation-errors-escape": lambda h: (
        h.post("/catalogue/import", content=b"a: b", headers=staff(h) | YAML).status_code == 500
    ),
    "offset-unbounded": lambda h: h.get(f"/catalogue/books?offset={10**30}").status_code == 500,
    "await-removed": lambda h: h.post("/catalogue/import", content=b"[]", headers=staff(h) | YAML).status_code != 200,
    "delete-keeps-the-book": lambda h: (
        h.delete(BOOK, headers=staff(h)).status_code == 204 and h.get(BOOK).status_code == 200
    ),
    "put-keeps-the-author": lambda h: (
        h.put(BOOK, json={"title": "T", "author": "A", "price_cents": 1}, headers=staff(h)).json()["author"] != "A"
    ),
    "subscribed-twice": lambda h: (
        [h.post("/subscriptions", json={"url": "https://a.example"}, headers=staff(h)).status_code for _ in "ab"]
        == [201, 500]
    ),
    "accepted-status": lambda h: (
        h.post("/orders", json={"isbn": "9780571334650", "quantity": 1}, headers=staff(h)).status_code == 203
    ),
    "order-check-dropped": lambda h: h.get("/orders/5/invoice", headers=staff(h)).status_code == 500,
    "number-unbounded": lambda h: h.get(f"/orders/{10**30}", headers=staff(h)).status_code == 500,
    "user-check-dropped": lambda h: h.get("/me", headers={"authorization": "Bearer x"}).status_code == 500,
    "challenge-dropped": lambda h: (
        "www-authenticate" not in h.get("/me", headers={"authorization": "Bearer x"}).headers
    ),
    "password-check-dropped": lambda h: (
        h.get("/admin/office", headers={"authorization": "Basic YTpi"}).status_code == 500
    ),
    "cover-check-dropped": lambda h: h.get(BOOK + "/cover").status_code == 500,
    "text-frame-check-dropped": lambda h: h.session_raises("/catalogue/cover-check", "text"),
    "close-code-swapped": lambda h: h.session_messages("/catalogue/cover-check", "text")[-1]["code"] == 403,
    "member-check-dropped": lambda h: h.session_raises("/clubs/a/chat"),
    "message-errors-escape": lambda h: h.session_fails(f"/clubs/a/chat?token={token(h)}", "{"),
    "subprotocol-forced": lambda h: (
        h.session_messages(f"/clubs/a/chat?token={token(h)}")[0]["subprotocol"] == "bookshop.chat"
    ),
    "redirect-to-old-home": lambda h: h.post("/theme", data={"theme": "dark"}).status_code == 404,
    "theme-looked-up": lambda h: h.get("/", headers={"cookie": "theme=blue"}).status_code == 500,
    "executor-stopped": lambda h: h.lifespan()[-1] == "lifespan.shutdown.failed",
    "store-shared": lambda h: h.lifespan() and h.get("/").status_code == 500,
    "event-id-unchecked": lambda h: not h.get("/reports/events", headers=staff(h) | {"last-event-id": "x"}).text,
    "line-not-made": lambda h: order(h) and h.get("/reports/summary", headers=staff(h)).status_code == 500,
    "event-id-number": lambda h: order(h) and "event: order" not in h.get("/reports/events", headers=staff(h)).text,
    "download-name-not-sent": lambda h: (
        "content-disposition" not in h.get("/reports/orders.csv", headers=staff(h)).headers
    ),
    "refused-input-echoed": lambda h: (
        h.post("/orders", content=b'{"isbn": NaN}', headers=staff(h) | JSON).status_code == 500
    ),
    "refusal-headers-dropped": lambda h: "www-authenticate" not in h.get("/me").headers,
    "partner-404-undocumented": lambda h: (
        h.get("/partners/stock/9780000000002", headers=PARTNER).status_code == 404
        and "404" not in h.get("/partners/openapi.json").json()["paths"]["/stock/{isbn}"]["get"]["responses"]
    ),
    "cookie-not-set": lambda h: "set-cookie" not in h.post("/token", data=LOGIN).headers,
    "comparison-flipped": lambda h: h.get("/me", headers=staff(h)).status_code == 401,
    "stream-never-ends": lambda h: order(h) and h.fails_now("GET", "/reports/summary", headers=staff(h)),
}
