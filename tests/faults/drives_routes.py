"""One driving request for each fault of the family `routes`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "starlette-shadowed-route": lambda h: h.get("/shop/cart").text == "item cart",
    "me-is-an-id": lambda h: h.get("/users/me").json() != {"user": "me", "kind": "self"},
    "latest-is-no-number": lambda h: h.get("/articles/latest").status_code == 422,
    "same-route-twice": lambda h: h.get("/articles/1/comments/2").json() != {"article": 1, "comment": 2},
    "mount-hides-health": lambda h: h.get("/internal/health").status_code == 404,
    "file-path-takes-all": lambda h: h.get("/files/a/meta").json() != {"meta": "a"},
    "documented-and-removed": lambda h: (
        "/reports/{year}" in h.schema()["paths"] and h.get("/reports/2024").status_code == 404
    ),
    "documented-method-missing": lambda h: (
        "patch" in h.schema()["paths"]["/users/{user}"] and h.patch("/users/1").status_code == 405
    ),
    "documented-with-slash": lambda h: "/tags/" in h.schema()["paths"] and h.raw("GET", "/tags/").status == 307,
    "hidden-write": lambda h: h.delete("/tags/a").status_code == 200 and "/tags/{tag}" not in h.schema()["paths"],
    "method-of-old-clients": lambda h: (
        h.get("/counters/a").json() == {"name": "a"} and "get" not in h.schema()["paths"]["/counters/{name}"]
    ),
}
