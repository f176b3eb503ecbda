"""One driving request for each fault of the family `state`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

KEY = {"x-api-key": "customers-key-2024"}
INVOICE = {"customer_id": 1, "amount": "1.00", "due": "2024-01-01"}
DRIVES: dict[str, Callable[[Hand], bool]] = {
    "litestar-delete-twice": lambda h: h.delete("/orders/5").status_code == 500,
    "orphaned-tasks": lambda h: (
        h.post("/api/projects", json={"title": "a"}).status_code == 201
        and h.post("/api/projects/1/tasks", json={"title": "t"}).status_code == 201
        and h.delete("/api/projects/1").status_code == 204
        and h.get("/api/projects/1/tasks/1").status_code == 500
    ),
    "numbers-given-twice": lambda h: (
        [h.post("/api/labels", json={"text": t}).status_code for t in "ab"]
        and h.delete("/api/labels/1").status_code == 204
        and h.post("/api/labels", json={"text": "c"}).json()["id"] == 2
    ),
    "delete-undone": lambda h: (
        [
            h.put("/api/switches/a").status_code,
            h.delete("/api/switches/a").status_code,
            h.delete("/api/switches/a").status_code,
            h.get("/api/switches/a").status_code,
        ]
        == [204, 204, 204, 200]
    ),
    "crash-after-empty": lambda h: (
        h.delete("/api/ratings").status_code == 204 and h.get("/api/averages").status_code == 500
    ),
    "state-machine-crash": lambda h: (
        [
            h.put("/api/games/a").status_code,
            h.post("/api/games/a/end").status_code,
            h.post("/api/games/a/moves").status_code,
        ]
        == [204, 200, 500]
    ),
    "deleted-note-served": lambda h: (
        h.post("/notes", json={"name": "a"}).status_code == 201
        and h.delete("/notes/1").status_code == 204
        and h.get("/notes/1").status_code == 200
    ),
    "created-book-not-found": lambda h: (
        h.get(f"/books/{h.post('/books', json={'name': 'a'}).json()['id']}").status_code == 404
    ),
    "put-not-stored": lambda h: (
        h.post("/lamps", json={"name": "a"}).status_code == 201
        and h.put("/lamps/1", json={"name": "b"}).status_code == 200
        and h.get("/lamps/1").json()["name"] == "a"
    ),
    "put-appends": lambda h: (
        h.post("/tags", json={"name": "a"}).status_code == 201
        and h.put("/tags/1", json={"name": "a", "price": 2}).json()
        != h.put("/tags/1", json={"name": "a", "price": 2}).json()
    ),
    "second-delete-crashes": lambda h: h.delete("/chairs/5").status_code == 500,
    "list-misses-free-things": lambda h: (
        h.post("/desks", json={"name": "a", "price": 0}).status_code == 201 and h.get("/desks").json() == []
    ),
    "refused-user-created": lambda h: (
        [h.post("/users", json={"name": "a"}).status_code for _ in range(2)] == [201, 409]
        and len(h.get("/users").json()) == 2
    ),
    "patch-forgets": lambda h: (
        h.post("/plants", json={"name": "a"}).status_code == 201
        and h.patch("/plants/1", json={"price": 2}).json()["name"] is None
    ),
    "stale-write-accepted": lambda h: (
        h.post("/carts", json={"name": "a"}).status_code == 201
        and h.put("/carts/1", json={"name": "b"}, headers={"if-match": '"old"'}).status_code == 200
    ),
    "page-skips-one": lambda h: (
        [h.post("/notes", json={"name": n}).status_code for n in "abcd"]
        and len(h.get("/notes?size=2&page=2").json()) == 1
    ),
    "get-deletes": lambda h: (
        [h.put("/tokens/a").status_code, h.get("/tokens/a").status_code, h.get("/tokens/a").status_code]
        == [204, 200, 404]
    ),
    "invoice-of-nobody": lambda h: (
        h.post("/customers", headers=KEY, json={"name": "a", "email": "a@b.co"}).status_code == 201
        and h.post("/invoices", headers=KEY, json=INVOICE).status_code == 201
        and h.delete("/customers/1", headers=KEY).status_code == 204
        and h.get("/invoices/1", headers=KEY).status_code == 500
    ),
}
