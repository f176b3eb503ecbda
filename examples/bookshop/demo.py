"""Run the bookshop end to end with the TestClient, and print what it did: ``python -m examples.bookshop.demo``."""

from __future__ import annotations

import json
import sys
from typing import Any

import httpx
from fastapi import WebSocketDisconnect

from asgitest.testclient import TestClient
from examples.bookshop import create_app
from examples.bookshop.operations import strip_tags
from examples.bookshop.settings import Settings, get_settings

KAFKA = "9780241950425"
SOLD_OUT = "9780571334650"
WIDTH = 28


class Demo:
    """One walk through the shop: each method is a chapter of the guide."""

    def __init__(self) -> None:
        self.received: list[httpx.Request] = []
        self.app = create_app(Settings(), outgoing_transport=httpx.MockTransport(self.receive))
        self.client = TestClient(self.app, base_url="https://testserver", follow_redirects=False)
        self.tokens: dict[str, str] = {}

    def receive(self, request: httpx.Request) -> httpx.Response:
        """Stand where the network would be."""
        self.received.append(request)
        return httpx.Response(200, json={"ok": True})

    def headers(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[name]}"}

    def security(self) -> str:
        refused = self.client.get("/me")
        for name, password in (("ada", "lovelace"), ("grace", "hopper")):
            answer = self.client.post("/token", data={"username": name, "password": password})
            self.tokens[name] = answer.json()["access_token"]
        who = self.client.get("/me", headers=self.headers("ada")).json()
        return f"no token: {refused.status_code} {refused.headers['www-authenticate']}; logged in: {who}"

    def templates_and_static(self) -> str:
        page, sheet = self.client.get("/"), self.client.get("/static/bookshop.css")
        return f"home page {len(page.text)} characters of HTML; style sheet {len(sheet.content)} bytes"

    def cookies(self) -> str:
        chosen = self.client.post("/theme", data={"theme": "dark"})
        return f"{chosen.status_code} to {chosen.headers['location']}; cookies {sorted(self.client.cookies)}"

    def change_status(self) -> str:
        details = {"title": "Norwegian Wood", "author": "Haruki Murakami", "price_cents": 999}
        path, staff = "/catalogue/books/9780099448822", self.headers("grace")
        answers = [self.client.put(path, json=details, headers=staff) for _ in range(2)]
        return f"the same PUT twice: {[answer.status_code for answer in answers]}"

    def response_headers(self) -> str:
        etag = self.client.get(f"/catalogue/books/{KAFKA}").headers["etag"]
        again = self.client.get(f"/catalogue/books/{KAFKA}", headers={"If-None-Match": etag})
        return f"ETag {etag}, then {again.status_code}"

    def yaml_body(self) -> str:
        text = f'- {{isbn: "{KAFKA}", title: Der Process, author: Franz Kafka, price_cents: 1100, stock: 2}}'
        headers = {**self.headers("grace"), "Content-Type": "application/yaml"}
        return f"imported {self.client.post('/catalogue/import', content=text, headers=headers).json()}"

    def files(self) -> str:
        path = f"/catalogue/books/{KAFKA}/cover"
        self.client.put(path, files={"image": b"0123456789"}, headers=self.headers("grace"))
        part = self.client.get(path, headers={"Range": "bytes=2-4"})
        return f"{part.status_code} {part.headers['content-range']}: {part.content!r}"

    def order(self, isbn: str, **params: str) -> Any:
        body = {"isbn": isbn, "quantity": 1}
        return self.client.post("/orders", json=body, params=params, headers=self.headers("ada"))

    def additional_statuses(self) -> str:
        return f"in stock: {self.order(KAFKA).status_code}; sold out: {self.order(SOLD_OUT).status_code}"

    def callbacks(self) -> str:
        self.order(KAFKA, callback_url="https://reader.example")
        return f"the shop sent {self.received[-1].method} {self.received[-1].url} {self.received[-1].content.decode()}"

    def webhooks(self) -> str:
        hook = {"url": "https://partner.example/hooks"}
        self.client.post("/subscriptions", json=hook, headers=self.headers("ada"))
        self.order(KAFKA)
        names = list(self.app.openapi()["webhooks"])
        return f"documented {names}; the shop sent one to {self.received[-1].url}"

    def direct_response(self) -> str:
        invoice = self.client.get("/orders/1/invoice", headers=self.headers("ada"))
        return f"{invoice.headers['content-type']}: {invoice.text[38:100]}..."

    def dataclasses(self) -> str:
        summary: dict[str, Any] = self.client.get("/reports/summary", headers=self.headers("grace")).json()
        return f"{summary['orders']} orders, {summary['total_cents']} cents"

    def streams(self) -> str:
        staff = self.headers("grace")
        with self.client.stream("GET", "/reports/orders.jsonl", headers=staff) as response:
            states = [json.loads(line)["state"] for line in response.iter_lines()]
        with self.client.stream("GET", "/reports/events?after=2", headers=staff) as response:
            ids = [line for line in response.iter_lines() if line.startswith("id:")]
        return f"JSON lines {states}; server-sent events {ids}"

    def request_directly(self) -> str:
        office = self.client.get("/admin/office", auth=("grace", "hopper")).json()
        return f"the back office sees {office['administrator']} from {office['client']}"

    def settings(self) -> str:
        self.app.dependency_overrides[get_settings] = lambda: Settings(page_size=1)
        overridden = len(self.client.get("/catalogue/books").json())
        self.app.dependency_overrides.clear()
        return f"page size overridden: {overridden} book, restored: {len(self.client.get('/catalogue/books').json())}"

    def mounts(self) -> str:
        paths = list(self.client.get("/partners/openapi.json").json()["paths"])
        stock = self.client.get("/partners/stock", headers={"X-Partner-Key": "partner-key"}).json()
        return f"partners have {paths}, and see {len(stock)} books"

    def wsgi(self) -> str:
        printed = self.client.post("/legacy/vouchers", content=iter([b"one ", b"book"]))
        return f"a chunked upload in capitals: {printed.text}"

    def proxy(self) -> str:
        with TestClient(create_app(), root_path="/shop") as behind:
            servers = behind.get("/shop/openapi.json").json()["servers"]
        return f"under /shop the schema names {servers}"

    def middleware(self) -> str:
        other = self.client.get("/", headers={"Host": "evil.example"})
        zipped = self.client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
        return f"another host: {other.status_code}; the schema comes as {zipped.headers['content-encoding']}"

    def sdk_names(self) -> str:
        schema = self.client.get("/openapi.json").json()
        first = schema["paths"]["/catalogue/books"]["get"]
        return f"{first['operationId']}, for SDKs {strip_tags(schema) and first['operationId']}"

    def websockets(self) -> str:
        with (
            self.client.websocket_connect(f"/clubs/kafka/chat?token={self.tokens['ada']}") as ada,
            self.client.websocket_connect(f"/clubs/kafka/chat?token={self.tokens['grace']}") as grace,
        ):
            ada.send_json({"text": "Someone must have slandered Josef K."})
            grace.receive_json()
            heard = grace.receive_json()
            grace.send_bytes(b"\0")
            try:
                while True:
                    grace.receive_json()
            except WebSocketDisconnect as closed:
                code = closed.code
        return f"grace hears {heard['author']}: {heard['text']!r}; a binary frame closes with {code}"

    def run(self) -> None:
        """Walk through all chapters inside one lifespan, then start the app once more."""
        chapters = (
            self.security, self.templates_and_static, self.cookies, self.change_status, self.response_headers,
            self.yaml_body, self.files, self.additional_statuses, self.callbacks, self.webhooks, self.direct_response,
            self.dataclasses, self.streams, self.request_directly, self.settings, self.mounts, self.wsgi, self.proxy,
            self.middleware, self.sdk_names, self.websockets,
        )  # fmt: skip
        with self.client:
            for chapter in chapters:
                print(f"{chapter.__name__.replace('_', ' '):{WIDTH}}{chapter().strip()}")
        with TestClient(self.app) as again:
            books = len(again.get("/catalogue/books").json())
        print(f"{'lifespan':{WIDTH}}stopped and started again: {books} books, as on the first day")


def main() -> int:
    """Run the demo; an error of the shop ends it with a traceback."""
    Demo().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
