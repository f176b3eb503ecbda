"""Starlette routes whose endpoints are classes that speak ASGI themselves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route


class Endpoint:
    """An ASGI app for one route."""

    status = 200
    headers = ((b"content-type", b"text/plain"),)
    body = b"hello"

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.receive, self.send = scope, receive, send

    def __await__(self) -> Any:
        return self.answer().__await__()

    async def start(self, *headers: tuple[bytes, bytes]) -> None:
        await self.send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, *headers]})

    async def finish(self, body: bytes = b"") -> None:
        await self.send({"type": "http.response.body", "body": body})

    async def answer(self) -> None:
        await self.start((b"content-length", str(len(self.body)).encode()))
        await self.finish(self.body)


class Early(Endpoint):
    async def answer(self) -> None:
        await self.finish(self.body)
        await self.start()


class Twice(Endpoint):
    async def answer(self) -> None:
        await self.start()
        if not self.scope["query_string"]:
            self.status = 400
            await self.start()
        await self.finish(self.body)


class Late(Endpoint):
    async def answer(self) -> None:
        await self.start()
        await self.finish(b"one")
        await self.finish(b"two")


class Half(Endpoint):
    async def answer(self) -> None:
        await self.start()
        for piece in (b"one", b"two"):
            await self.send({"type": "http.response.body", "body": piece, "more_body": True})


class Maybe(Endpoint):
    async def answer(self) -> None:
        if self.scope["query_string"]:
            await super().answer()


class Flush(Endpoint):
    async def answer(self) -> None:
        await self.start()
        await self.send({"type": "http.response.flush"})
        await self.finish(self.body)


class Text(Endpoint):
    async def answer(self) -> None:
        await self.start(("x-app", "text"))
        await self.finish(self.body)


class Capitals(Endpoint):
    async def answer(self) -> None:
        await self.start((b"X-App", b"capitals"))
        await self.finish(self.body)


class Reflect(Endpoint):
    async def answer(self) -> None:
        await self.start((b"x-hint", b"one\r\ntwo: three"))
        await self.finish(self.body)


class Status(Endpoint):
    status = "200"


class Range(Endpoint):
    status = 1001


class Words(Endpoint):
    async def answer(self) -> None:
        await self.start()
        await self.finish("hello")


class Length(Endpoint):
    async def answer(self) -> None:
        await self.start((b"content-length", b"4"))
        await self.finish(self.body)


class Handoff(Endpoint):
    async def answer(self) -> None:
        await self.start()
        self.task = asyncio.create_task(self.finish(self.body))


class Trailers(Endpoint):
    async def answer(self) -> None:
        await self.start()
        await self.finish(self.body)
        await self.send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})


class Regret(Endpoint):
    async def answer(self) -> None:
        await super().answer()
        json.loads("")


class Pieces(Endpoint):
    async def answer(self) -> None:
        message = await self.receive()
        size = len(message.get("body", b""))
        await self.start()
        await self.finish(str(size).encode())


class Sized(Endpoint):
    async def answer(self) -> None:
        headers = dict(self.scope["headers"])
        size = int(headers[b"content-length"])
        await self.start()
        await self.finish(f"{size} bytes".encode("latin-1"))


class Drain(Endpoint):
    async def answer(self) -> None:
        while (await self.receive())["type"] != "http.request.end":
            pass
        await super().answer()


routes = {
    "early": Early,
    "twice": Twice,
    "late": Late,
    "half": Half,
    "maybe": Maybe,
    "flush": Flush,
    "text": Text,
    "capitals": Capitals,
    "reflect": Reflect,
    "status": Status,
    "range": Range,
    "words": Words,
    "length": Length,
    "handoff": Handoff,
    "trailers": Trailers,
    "regret": Regret,
    "drain": Drain,
}
app = Starlette(
    routes=[
        *(Route(f"/{name}", endpoint, methods=["GET"]) for name, endpoint in routes.items()),
        Route("/pieces", Pieces, methods=["POST"]),
        Route("/sized", Sized, methods=["POST"]),
    ]
)
