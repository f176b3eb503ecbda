"""One driving request for each fault of the family `openapi`: true where the app misbehaves.

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
    "undocumented-404": lambda h: h.get("/items/3").status_code == 404 and "404" not in h.responses("/items/{number}"),
    "undocumented-409": lambda h: (
        h.post("/items", json={"id": 1, "name": "a"}).status_code == 409 and "409" not in h.responses("/items", "post")
    ),
    "created-but-documented-200": lambda h: (
        h.post("/drafts", json={"id": 1, "name": "a"}).status_code == 201
        and "201" not in h.responses("/drafts", "post")
    ),
    "raw-response-misses-property": lambda h: "name" not in h.get("/raw-items/1").json(),
    "number-as-text": lambda h: h.get("/counts").json() == {"count": "2"},
    "null-not-nullable": lambda h: (
        h.get("/owners/50").json() == {"owner": None}
        and "type" in h.schema()["components"]["schemas"]["Owner"]["properties"]["owner"]
    ),
    "state-outside-pattern": lambda h: h.get("/states/7").json()["state"] == "reserved",
    "response-model-fails": lambda h: h.get("/names/0").status_code == 500,
    "error-body-differs": lambda h: h.get("/problems/9").json() == {"detail": "no"},
    "text-for-json": lambda h: (
        h.get("/status").headers["content-type"].partition(";")[0] not in h.responses("/status")["200"]["content"]
    ),
    "html-on-error": lambda h: h.get("/pages/9").headers["content-type"].startswith("text/html"),
    "json-under-wrong-name": lambda h: h.get("/exports").headers["content-type"] == "application/octet-stream",
    "total-header-missing": lambda h: "x-total" not in h.get("/totals/0").headers,
    "header-no-integer": lambda h: h.get("/limits").headers["x-rate-limit"] == "unlimited",
    "location-missing-on-201": lambda h: "location" not in h.post("/orders", json={"id": 5, "name": "a"}).headers,
    "cookie-header-missing": lambda h: "set-cookie" not in h.post("/sessions").headers,
    "too-many-items": lambda h: len(h.get("/ranges/50").json()["items"]) > 10,
    "password-leaks": lambda h: "password" in h.get("/accounts/1").json(),
    "number-stored-from-client": lambda h: h.post("/tickets", json={"title": "a", "number": 77}).json()["number"] == 77,
    "default-differs": lambda h: h.get("/defaults").json() != h.get("/defaults?size=10").json(),
    "bare-maximum-not-enforced": lambda h: h.post("/widths", json={"width": 99}).status_code == 200,
    "bare-zero-divides": lambda h: h.raises("GET", "/shares?parts=0"),
    "bare-text-plain": lambda h: h.get("/health").headers["content-type"] == "text/plain",
    "bare-list-for-object": lambda h: h.get("/versions").json() == ["1.0"],
    "raw-json-unparsed": lambda h: (
        h.post("/raw", content=b"{", headers={"content-type": "application/json"}).status_code == 500
    ),
    "optional-body-used": lambda h: h.post("/notes").status_code == 500,
    "yaml-scalar-body": lambda h: (
        h.post("/yaml", content=b"word", headers={"content-type": "application/yaml"}).status_code == 500
    ),
    "duplicate-keys": lambda h: (
        h.post("/settings", content=b'{"a": 1, "a": 2}', headers={"content-type": "application/json"}).status_code
        == 500
    ),
    "deep-nesting": lambda h: (
        h.post("/depth", content=b"[" * 700 + b"]" * 700, headers={"content-type": "application/json"}).status_code
        == 500
    ),
    "first-reply-missing": lambda h: h.post("/threads", json={"text": "a", "replies": []}).status_code == 500,
    "grandchild-missing": lambda h: h.post("/families", json={"text": "a", "replies": [{}]}).status_code == 500,
    "upload-not-text": lambda h: h.post("/uploads", files={"file": ("a.txt", b"\xff\xfe")}).status_code == 500,
    "upload-without-extension": lambda h: h.post("/avatars", files={"file": ("avatar", b"")}).status_code == 500,
    "form-number-in-text": lambda h: h.post("/transfers", data={"amount": "much"}).status_code == 500,
    "date-max-overflow": lambda h: h.get("/days/9999-12-31/next").status_code == 500,
    "leap-day-anniversary": lambda h: h.get("/anniversaries?born=2020-02-29&year=2021").status_code == 500,
    "naive-and-aware-times": lambda h: (
        h.post("/bookings", json={"room": "a", "starts": "2999-01-01T10:00:00Z"}).status_code == 500
    ),
    "month-length": lambda h: h.get("/months/2024/13").status_code == 500,
    "timestamp-out-of-range": lambda h: h.get("/at/999999999999999").status_code == 500,
    "end-before-start": lambda h: h.get("/occupancy?first=2024-01-01&last=2024-01-01").status_code == 500,
    "percent-hundred-divides": lambda h: h.get("/gross/100").status_code == 500,
    "currency-key-error": lambda h: h.get("/rates/GBP").status_code == 500,
    "coupon-literal": lambda h: h.post("/coupons", json={"code": "STAFF-ONLY-50"}).status_code == 500,
    "margin-zero-profit": lambda h: h.post("/margin", json={"income": 30, "costs": 20, "tax": 10}).status_code == 500,
    "serial-nested-characters": lambda h: h.get("/serials/XK-a").status_code == 500,
    "invoice-prefix": lambda h: h.get("/documents/INV-abc").status_code == 500,
    "tier-dict-key": lambda h: h.get("/tiers/250").status_code == 500,
    "maximum-not-enforced": lambda h: h.post("/orders", json={"quantity": 5000}).status_code == 200,
    "required-not-enforced": lambda h: h.post("/people", json={}).status_code == 200,
    "additional-properties-accepted": lambda h: h.put("/flags", json={"unknown": 1}).status_code == 200,
    "pattern-searched": lambda h: h.post("/plates", json={"plate": "xxAB-123xx"}).status_code == 200,
    "enum-not-enforced": lambda h: h.post("/payments", json={"currency": "XXX"}).status_code == 200,
    "items-not-checked": lambda h: h.post("/marks", json={"marks": [1, "six"]}).status_code == 200,
    "yaml-maximum-not-enforced": lambda h: (
        h.post("/plans", content=b"seats: 900", headers={"content-type": "application/yaml"}).status_code == 200
    ),
    "query-maximum-not-enforced": lambda h: h.get("/pages?size=9999").status_code == 200,
    "required-header-not-needed": lambda h: h.get("/reports").status_code == 200,
    "query-required-not-needed": lambda h: h.get("/searches").status_code == 200,
    "valid-lowercase-refused": lambda h: h.post("/countries", json={"code": "de"}).status_code == 422,
    "valid-boundary-refused": lambda h: h.post("/ages", json={"age": 120}).status_code == 422,
    "example-refused": lambda h: h.post("/phones", json={"phone": "+44 20 7946 0958"}).status_code == 400,
    "cookie-not-needed": lambda h: h.get("/drafts").status_code == 200,
    "litestar-article-key-error": lambda h: (
        h.post("/orders", json={"customer": "a", "lines": [{"article": "x", "pieces": 1}]}).status_code == 500
    ),
    "litestar-free-article-divides": lambda h: h.get("/affordable/10?article=chair").status_code == 500,
    "litestar-empty-order": lambda h: h.post("/first-lines", json={"customer": "a"}).status_code == 500,
    "litestar-body-differs": lambda h: h.get("/summaries").json() == {"article": "lamp"},
    "litestar-page-of-zero": lambda h: h.get("/pages?size=0").status_code == 500,
    "mean-of-nothing": lambda h: h.post("/mean", json={"values": []}).status_code == 500,
    "huge-integer-in-sqlite": lambda h: h.get("/readings?meter=99999999999999999999").status_code == 500,
    "root-of-negative": lambda h: h.get("/root?of=-1").status_code == 500,
    "page-size-zero": lambda h: h.get("/page-count?total=10&size=0").status_code == 500,
    "infinity-not-json": lambda h: h.get("/interest?amount=1e308&rate=1e308").status_code == 500,
    "step-zero": lambda h: h.get("/ticks?stop=10&step=0").status_code == 500,
    "weights-shorter": lambda h: h.post("/weighted", json={"values": [1, 2], "weights": [1]}).status_code == 500,
    "weights-sum-zero": lambda h: h.post("/balance", json={"debit": 250, "credit": 250}).status_code == 500,
    "enum-member-missing": lambda h: h.post("/api/v1/parcels", json={"sizes": ["l"]}).status_code == 500,
    "union-branch-crashes": lambda h: (
        h.post("/api/v1/payments", json={"method": {"kind": "voucher"}}).status_code == 500
    ),
    "root-model-empty": lambda h: h.post("/api/v1/amounts", json=[]).status_code == 500,
    "callback-operation-crashes": lambda h: (
        h.post("/api/v1/bills", json={"url": "foo://a", "cents": 0}).status_code != 201
        and h.post("/api/v1/bills", json={"url": "http://a/", "cents": 0}).status_code == 500
    ),
    "two-levels-deep-index": lambda h: h.get("/api/v1/stock/4").status_code == 500,
    "uuid-version-assumed": lambda h: (
        h.get("/api/v1/stock/batches/00000000-0000-1000-8000-000000000000").status_code == 500
    ),
    "cookie-split": lambda h: h.get("/api/v1/recent", headers={"cookie": "recent=a"}).status_code == 500,
    "header-date-parsed": lambda h: h.get("/api/v1/changes", headers={"x-since": "2024"}).status_code == 500,
    "page-list-of-tags": lambda h: h.get("/api/v1/tagged?tag=a&tag=b&tag=c&tag=d").status_code == 500,
    "mounted-app-crashes": lambda h: h.get("/admin/limits/0").status_code == 500,
    "documented-extra-response": lambda h: h.get("/api/v1/prices/gold").json() == {"detail": "pay first"},
    "bearer-empty-crashes": lambda h: (
        h.get("/api/v1/tokens", headers={"authorization": "Bearer abc"}).status_code == 500
    ),
    "duplicate-query-items": lambda h: h.post("/api/v1/votes", json=[1, 1]).status_code == 500,
    "initial-of-empty-name": lambda h: h.post("/initials", json={"name": ""}).status_code == 500,
    "blank-name-split": lambda h: h.get("/surnames?name=%20").status_code == 500,
    "nickname-none": lambda h: h.post("/greetings", json={"name": "Ann", "nickname": None}).status_code == 500,
    "latin1-response-header": lambda h: h.get("/downloads", params={"filename": "\u0142.txt"}).status_code == 500,
    "superscript-digit": lambda h: h.get("/shelves", params={"number": "\u00b2"}).status_code == 500,
    "longest-of-none": lambda h: h.post("/widths", json={"labels": []}).status_code == 500,
    "lone-surrogate": lambda h: (
        h.post("/echoes", content=b'{"text": "\\ud800"}', headers={"content-type": "application/json"}).status_code
        == 500
    ),
    "nul-in-path": lambda h: h.get("/files", params={"name": "a\0b"}).status_code == 500,
    "rating-of-words": lambda h: h.post("/scores", json={"line": "nothing"}).status_code == 500,
    "tidy-type-error": lambda h: h.get("/sums").status_code == 500,
    "tidy-key-error": lambda h: h.get("/stock/plum").status_code == 500,
    "tidy-middleware": lambda h: h.post("/shares", json={"parts": 0}).status_code == 500,
    "tidy-endpoint": lambda h: h.get("/prices/pear").status_code == 500,
    "tidy-dependency": lambda h: h.get("/me", headers={"x-session": "abc"}).status_code == 500,
    "tidy-deep-in-path": lambda h: h.get("/orders/9/lines/9").status_code == 500,
    "customer-email-taken": lambda h: (
        [h.post("/customers", headers=KEY, json={"name": "a", "email": "a@b.co"}).status_code for _ in "ab"]
        == [201, 500]
    ),
    "customer-number-too-large": lambda h: h.get(f"/customers/{2**64}", headers=KEY).status_code == 500,
    "customer-search-quoted": lambda h: h.get("/customers?q='", headers=KEY).status_code == 500,
    "report-of-no-invoices": lambda h: h.get("/reports/1999", headers=KEY).status_code == 500,
    "invoice-paid-already": lambda h: (
        h.post("/customers", headers=KEY, json={"name": "c", "email": "c@d.co"}).status_code == 201
        and h.post("/invoices", headers=KEY, json=INVOICE).status_code == 201
        and [h.post("/invoices/1/pay", headers=KEY).status_code for _ in "ab"] == [200, 400]
    ),
}
